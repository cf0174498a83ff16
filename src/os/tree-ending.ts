// Owns the end of a process tree: first asked, then forced, and never a process that is not proven to be of the tree.

import type { ProcessLife } from '../core/lease.ts';
import { isSameProcess, type ProcessIdentity } from '../core/process-identity.ts';

/** How long processes have between SIGTERM and SIGKILL, in ms. */
export const GRACE_MS = 3_000;
/** How often is looked whether they are gone, in ms: soon at first, since most go at once, then more rarely. */
const FIRST_LOOK_MS = 10;
const MAX_LOOK_MS = 100;
/** After so many rounds of SIGKILL a tree that goes on growing is left to the system. */
const MAX_KILL_ROUNDS = 20;

/** What ending a tree needs to know and do; the system's implementation is injected. */
export interface TreeWorld {
  /** The members of the tree that can be found right now, and those found before that may still run. */
  find(): readonly ProcessIdentity[];
  life(identity: ProcessIdentity): ProcessLife;
  /** Sends a signal; a process that is gone meanwhile is no error. */
  signal(pid: number, signal: NodeJS.Signals): void;
  sleep(ms: number): Promise<void>;
}

/**
 * Ends every process of a tree, also those that start or turn up while it ends.
 *
 * @param graceMs time between SIGTERM and SIGKILL in ms; 0 kills at once
 * @param isImpatient asked again and again: true kills without waiting for the rest of the grace time
 * @returns the processes that are left; none, unless they could not be killed
 */
export async function endTree(
  world: TreeWorld,
  graceMs: number = GRACE_MS,
  isImpatient: () => boolean = () => false,
): Promise<readonly ProcessIdentity[]> {
  const asked: ProcessIdentity[] = [];
  let lookMs = FIRST_LOOK_MS;
  let waitedMs = 0;
  while (waitedMs < graceMs && !isImpatient()) {
    const members = alive(world);
    if (members.length === 0) return [];
    for (const member of members) {
      if (includes(asked, member)) continue;
      asked.push(member);
      world.signal(member.pid, 'SIGTERM');
    }
    await world.sleep(lookMs);
    waitedMs += lookMs;
    lookMs = Math.min(lookMs * 2, MAX_LOOK_MS);
  }
  for (let round = 0; round < MAX_KILL_ROUNDS; round++) {
    const members = alive(world);
    if (members.length === 0) return [];
    for (const member of members) world.signal(member.pid, 'SIGKILL');
    await world.sleep(FIRST_LOOK_MS);
  }
  return alive(world);
}

/** The members that are proven to run: unknown is nobody's proof. */
function alive(world: TreeWorld): ProcessIdentity[] {
  return world.find().filter((member) => world.life(member) === 'alive');
}

function includes(members: readonly ProcessIdentity[], wanted: ProcessIdentity): boolean {
  return members.some((member) => isSameProcess(member, wanted));
}
