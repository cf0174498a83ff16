// Owns the leases of a project of Compose: one for each published port, the same again whenever it comes up.

import type { AllocateBody, BatchAnswer, CheckAnswer, LeaseJson } from '../api/schemas.ts';
import { type Client, expectOk } from '../client/client.ts';
import type { Move } from '../compose/moves.ts';
import { isContainerProxy } from '../os/containers/proxy.ts';
import { allowedName, type Project } from '../project/project.ts';
import { releaseLease } from './release.ts';

/** So many leases one request may ask for. */
const MAX_BATCH = 64;
/** Below them a wish is refused, and above them as well. */
const LOWEST_WISH = 1024;
const HIGHEST_WISH = 65_535;
const DEFAULT_TYPE = 'dev';

export interface LeasedMove {
  readonly move: Move;
  readonly lease: LeaseJson;
  /** Whether it was there before, so that somebody else may count on it too. */
  readonly isFormer: boolean;
}

interface Asked {
  readonly move: Move;
  readonly request: AllocateBody;
}

/**
 * Leases a port for each move. A lease of the same service is taken again, also where its containers run: they are what
 * comes up. Where another program listens on it, or another project has it because there is only one of its kind, there
 * is a new one. The ports of the file are wished for, but not in a linked worktree: it has others most of the time, and
 * shall keep those that it had.
 *
 * @throws StyxyError a refusal of the daemon; nothing that was not there before is kept then
 */
export async function leaseMoves(
  client: Client,
  moves: readonly Move[],
  project: Pick<Project, 'path' | 'isLinkedWorktree'>,
  instanceId: string | null,
): Promise<LeasedMove[]> {
  const asked: Asked[] = [];
  for (const move of moves) {
    const { start, count, protocol } = move;
    const isWish = !project.isLinkedWorktree && start >= LOWEST_WISH && start + count - 1 <= HIGHEST_WISH;
    asked.push({
      move,
      request: {
        service_type: move.serviceType ?? (await typeOfPort(client, move)),
        service_name: allowedName(move.name),
        project_path: project.path,
        protocol,
        count,
        ...(isWish ? { preferred_port: start } : {}),
        ...(instanceId === null ? {} : { instance_id: instanceId }),
      },
    });
  }
  const granted: LeasedMove[] = [];
  try {
    for (let at = 0; at < asked.length; at += MAX_BATCH)
      granted.push(...(await allocate(client, asked.slice(at, at + MAX_BATCH))));
    for (const [index, each] of granted.entries()) {
      const request = asked[index]?.request;
      if (request === undefined || !(await isOthers(client, each, project))) continue;
      // Of a kind of which there is one there is no second, whatever is asked.
      const type = each.lease.singleton ? DEFAULT_TYPE : request.service_type;
      const anew = {
        move: each.move,
        request: { ...request, service_type: type, new: !each.lease.singleton },
      };
      granted.splice(index, 1, ...(await allocate(client, [anew])));
    }
    return granted;
  } catch (error) {
    await releaseNew(client, granted);
    throw error;
  }
}

async function allocate(client: Client, asked: readonly Asked[]): Promise<LeasedMove[]> {
  const body = { allocations: asked.map(({ request }) => request) };
  const path = '/allocate/batch';
  const { allocations } = expectOk(await client.request<BatchAnswer>('POST', path, body));
  return asked.flatMap(({ move }, index) => {
    const lease = allocations[index];
    return lease === undefined ? [] : [{ move, lease, isFormer: lease.existing }];
  });
}

/** The type in whose range the port is. */
async function typeOfPort(client: Client, { start, protocol }: Move): Promise<string> {
  const path = `/check/${start}?protocol=${protocol}`;
  const answer = await client.request<CheckAnswer>('GET', path);
  return (answer.status === 200 ? answer.body.service_type : null) ?? DEFAULT_TYPE;
}

/** Whether a lease that was there is no use here: it is another project's, or a program listens that is no container. */
async function isOthers(
  client: Client,
  { lease, isFormer }: LeasedMove,
  project: Pick<Project, 'path'>,
): Promise<boolean> {
  if (!isFormer) return false;
  if (lease.project_path !== project.path) return true;
  const usage = await listenerOf(client, lease);
  if (usage === null || usage.container !== null || usage.process === null) return false;
  return !isContainerProxy(usage.process);
}

/** Who listens on the lease's port right now. */
export async function listenerOf(client: Client, lease: LeaseJson): Promise<CheckAnswer['system_usage']> {
  const path = `/check/${lease.port}?protocol=${lease.protocol}`;
  return expectOk(await client.request<CheckAnswer>('GET', path)).system_usage;
}

/** Releases what was not there before. Never fails: what is left ends with its term. */
export async function releaseNew(client: Client, leased: readonly LeasedMove[]): Promise<void> {
  for (const { lease, isFormer } of leased) {
    if (!isFormer) await releaseLease(async () => client, lease);
  }
}
