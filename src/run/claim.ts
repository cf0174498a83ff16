// Owns the first step of a run: a lease that is this run's alone, or the place where a copy runs already.

import type { AllocateAnswer, AllocateBody, CheckAnswer, LeaseJson } from '../api/schemas.ts';
import type { RenewAnswer } from '../api/schemas-renew.ts';
import { type Client, expectOk } from '../client/client.ts';
import { StyxyError } from '../errors.ts';
import { holdAlone, type SoleHold } from './sole-hold.ts';

/**
 * What a run asks for. `pid` is the run itself, the lease's holder from the moment of its grant: of two runs that ask
 * at the same moment only one finds it unheld, and a command that outlives its run is seen to be an orphan. From a
 * sandbox the pid does not reach the daemon, so that nothing is judged by the pid of an answer alone.
 */
export type RunRequest = AllocateBody & { readonly pid: number };

export type Claim =
  /** `elsewhere` is the copy that runs already, if that is why the lease is another one. */
  | {
      readonly kind: 'mine';
      readonly lease: LeaseJson;
      readonly elsewhere: LeaseJson | null;
      readonly message: string;
      /** What the answer said besides; nothing where the lease was named. */
      readonly answer?: Pick<AllocateAnswer, 'skipped' | 'existing'>;
      /** The connection by which it is held already, where the pid says nothing to the daemon. */
      readonly held?: SoleHold | null;
    }
  /** A singleton that runs; nothing is to be started. `message` is what the daemon said of it, where it was asked. */
  | { readonly kind: 'runs'; readonly lease: LeaseJson; readonly message: string | null };

/**
 * Gets the lease that `request` asks for, never one with a listener or a live holder.
 *
 * @throws StyxyError the daemon's refusal, or DAEMON_UNREACHABLE
 */
export async function claimLease(client: Client, request: RunRequest): Promise<Claim> {
  const first = await allocate(client, request);
  if (!first.existing)
    return { kind: 'mine', lease: first, elsewhere: null, message: first.message, answer: first };
  // What another project or instance has reserved is its own until it is released or over, held or not.
  if (first.singleton && isOthers(first, request)) return runs(first);
  // A lease that nobody held is this pid's by the answer; that of a live holder never is.
  const isHeld = renewsItself(first) && first.pid !== request.pid;
  const lease = isHeld ? null : await takeUnheld(client, first, request.pid);
  if (lease !== null) return { kind: 'mine', lease, elsewhere: null, message: first.message, answer: first };
  if (first.singleton) return runs(first);
  return await claimBeside(client, request, first);
}

/**
 * Gets the lease with this id for the process `pid`, or another one of its kind where it has a listener or a live
 * holder.
 *
 * @throws StyxyError LEASE_NOT_FOUND, another refusal, or DAEMON_UNREACHABLE
 */
export async function claimById(client: Client, lockId: string, pid: number): Promise<Claim> {
  const lease = expectOk(await client.request<RenewAnswer>('PUT', heartbeatPath(lockId), {}));
  if (!renewsItself(lease)) {
    const taken = await takeUnheld(client, lease, pid);
    if (taken !== null) {
      return { kind: 'mine', lease: taken, elsewhere: null, message: `port ${taken.port} is leased` };
    }
  }
  if (lease.singleton) return { kind: 'runs', lease, message: null };
  return await claimBeside(client, likeLease(lease, pid), lease);
}

/**
 * Makes `pid` the holder, or answers null where the lease has a listener or another live holder: the daemon looks and
 * takes in one step, also where the pid does not reach it.
 */
async function takeUnheld(client: Client, lease: LeaseJson, pid: number): Promise<RenewAnswer | null> {
  if (lease.state === 'active' || (await isListenedTo(client, lease))) return null;
  const body = { pid, fence: lease.fence, claim: true };
  try {
    return expectOk(await client.request<RenewAnswer>('PUT', heartbeatPath(lease.lock_id), body));
  } catch (error) {
    if (error instanceof StyxyError && error.code === 'LEASE_IN_USE') return null;
    throw error;
  }
}

function runs(answer: AllocateAnswer): Claim {
  return { kind: 'runs', lease: answer, message: answer.message };
}

function isOthers(lease: LeaseJson, request: RunRequest): boolean {
  const project = request.project_path ?? null;
  return lease.project_path === project
    ? project === null && lease.instance_id !== (request.instance_id ?? null)
    : true;
}

function heartbeatPath(lockId: string): string {
  return `/allocate/${encodeURIComponent(lockId)}/heartbeat`;
}

async function claimBeside(client: Client, request: RunRequest, elsewhere: LeaseJson): Promise<Claim> {
  const seen = await asSeenNow(client, elsewhere);
  const lease = await allocate(client, { ...request, new: true });
  return { kind: 'mine', lease, elsewhere: seen, message: lease.message, answer: lease };
}

async function allocate(client: Client, request: RunRequest): Promise<AllocateAnswer> {
  return expectOk(await client.request<AllocateAnswer>('POST', '/allocate', request));
}

/**
 * The claim, or one beside it where another run got the same lease: from a sandbox no pid reaches the daemon, and of
 * two that ask at the same moment both find it unheld. The first that holds it has it.
 *
 * @param request what was asked for; null where a lease was named, of whose kind another one is got then
 * @throws StyxyError a refusal, or DAEMON_UNREACHABLE
 */
export async function settleClaim(
  client: Client,
  claim: Claim,
  pid: number,
  request: RunRequest | null,
): Promise<Claim> {
  let settled = claim;
  while (settled.kind === 'mine' && settled.lease.pid !== pid) {
    const { lease } = settled;
    const held = await holdAlone(client, lease);
    if (held !== null) return { ...settled, held };
    if (lease.singleton) return { kind: 'runs', lease, message: null };
    settled = await claimBeside(client, request ?? likeLease(lease, pid), lease);
  }
  return settled;
}

/** A holder is there, or the lease's own listener: only then has it no end. */
function renewsItself(lease: LeaseJson): boolean {
  return lease.expires_at === null;
}

/** Its state may be some seconds old; whether it runs is told to people. */
async function asSeenNow(client: Client, lease: LeaseJson): Promise<LeaseJson> {
  const isActive = lease.state === 'active' || (await isListenedTo(client, lease));
  return isActive ? { ...lease, state: 'active' } : lease;
}

/** Asks the system anew: the daemon looks at a lease's listeners only now and then. */
async function isListenedTo(client: Client, lease: LeaseJson): Promise<boolean> {
  const path = `/check/${lease.port}?protocol=${lease.protocol}`;
  return expectOk(await client.request<CheckAnswer>('GET', path)).system_usage !== null;
}

/** A request for another lease of the same kind. */
export function likeLease(lease: LeaseJson, pid: number): RunRequest {
  return {
    service_type: lease.service_type,
    protocol: lease.protocol,
    count: lease.ports.length,
    pid,
    ...(lease.service_name === null ? {} : { service_name: lease.service_name }),
    ...(lease.instance_id === null ? {} : { instance_id: lease.instance_id }),
    ...(lease.project_path === null ? {} : { project_path: lease.project_path }),
  };
}
