// Owns what is said of a running singleton: who runs it, where, and how to reach it.

import type { AllocateRequest, HolderFacts } from './command.ts';
import { momentText } from './holder.ts';
import { hostName } from './host-name.ts';
import { knownName, type Lease, type LeaseEntry } from './lease.ts';
import { leaseUrl } from './lease-url.ts';
import { hasLiveProcess } from './life.ts';
import { type Refusal, refusal } from './refusal.ts';
import type { StateView } from './state.ts';

/** For example `ollama runs once on this machine, and ollama serve (pid 4121) of /src/shop on branch main runs it (leased since …)`. */
export function runsOnce(entry: LeaseEntry, facts: HolderFacts): string {
  return `${knownName(entry.lease)} runs once on this machine, and ${whoHasIt(entry, facts)}`;
}

/** What somebody is told who asked for a singleton that another runs. */
export function joinedMessage(state: StateView, entry: LeaseEntry, facts: HolderFacts): string {
  const { lease, vitals } = entry;
  const reach = `at ${addressOf(state, entry)}`;
  const said = runsOnce(entry, facts);
  if (vitals.state === 'active') return `${said}; use it ${reach}`;
  const wait = `nobody listens there ${vitals.state === 'idle' ? 'any more' : 'yet'}`;
  if (hasLiveProcess(entry)) return `${said}; ${wait}, wait for it ${reach}`;
  return `${said}; ${wait}, and if nobody will, \`styxy release ${lease.lockId} --force\` makes room (it would be ${reach})`;
}

/** What its own project or instance is told that asks again. */
export function ownMessage(state: StateView, entry: LeaseEntry, wish: number | null): string {
  const { lease } = entry;
  const kept = `${knownName(lease)} runs once on this machine, and it is yours already, at ${addressOf(state, entry)}`;
  return wish === null || wish === lease.port
    ? kept
    : `${kept}; the wish for port ${wish} does not move it (release it first)`;
}

/** Another one was asked for: by `new`, or with another port, protocol or count. */
export function singletonHeld(
  state: StateView,
  request: AllocateRequest,
  entry: LeaseEntry,
  facts: HolderFacts,
): Refusal {
  const { port, lockId } = entry.lease;
  return refusal(
    'SINGLETON_HELD',
    `${runsOnce(entry, facts)}; ${whatElse(request, entry.lease)}`,
    `Use the one at ${addressOf(state, entry)}, or \`styxy release ${lockId}\` if it is yours.`,
    { port, lock_id: lockId, holder: whoHasIt(entry, facts) },
  );
}

/** What was asked for that the one there is cannot be. */
function whatElse(request: AllocateRequest, lease: Lease): string {
  if (request.fresh) return 'another one was asked for';
  if (request.protocol !== lease.protocol) return `a ${request.protocol.toUpperCase()} port was asked for`;
  if (request.count !== lease.count) {
    return `${request.count === 1 ? 'one port was' : `${request.count} ports were`} asked for`;
  }
  return `no other than port ${request.preferredPort} was asked for`;
}

/** Somebody else than the holder of a singleton wants to release it. */
export function singletonInUse(state: StateView, entry: LeaseEntry): Refusal {
  const { port, lockId } = entry.lease;
  const holder = whoHasIt(entry, { branch: null, server: null });
  return refusal(
    'LEASE_IN_USE',
    `${knownName(entry.lease)} runs once on this machine, and ${holder}: nobody else releases it`,
    `Use it at ${addressOf(state, entry)}; release it as its holder, from its project or as its instance; or \`styxy release ${lockId} --force\` when you are sure.`,
    { lock_id: lockId, port, holder },
  );
}

function whoHasIt(entry: LeaseEntry, { branch, server }: HolderFacts): string {
  const { lease, vitals } = entry;
  const place =
    lease.projectPath === null
      ? null
      : `${lease.projectPath}${branch === null ? '' : ` on branch ${branch}`}`;
  const instance = lease.instanceId === null ? null : `instance ${lease.instanceId}`;
  const pid = lease.pid === null || vitals.orphan ? null : `pid ${lease.pid}`;
  const owner = [place, instance].filter((part) => part !== null).join(', ') || 'nobody named';
  const since = `(leased since ${momentText(lease.allocatedAt)})`;
  if (vitals.state === 'active') return `${server ?? pid ?? 'a server'} of ${owner} runs it ${since}`;
  const by = pid === null ? owner : `${owner} (${pid})`;
  return `${by} ${hasLiveProcess(entry) ? 'holds it' : 'has reserved it'} ${since}`;
}

function addressOf(state: StateView, { lease }: LeaseEntry): string {
  const url = leaseUrl(lease, hostName(state.projects, lease.projectPath, lease.serviceName));
  return url ?? `${lease.protocol === 'udp' ? 'UDP ' : ''}port ${lease.port}`;
}
