// Owns what a listener on a leased port means: the lease's own program, or a proven stranger.

import { sep } from 'node:path';
import type { ListenerSight } from '../core/command.ts';
import type { Lease, LeaseEntry } from '../core/lease.ts';
import type { ProcessIdentity } from '../core/process-identity.ts';
import type { Listener, ProcessTable } from '../os/os.ts';

/**
 * What listens on the ports of `lease`. A stranger needs evidence: a known working directory outside the project, and
 * no place in the holder's process tree where a holder process is known. Anything unknown counts as the lease's own
 * (contract, "Life").
 *
 * Where both listen, on different addresses, the lease's own counts, except while a connection holds the lease and its
 * own was not there before the stranger: some servers make do with the addresses that a stranger left them, and
 * whoever asks for the port on another one talks to the stranger. Without the connection nothing but its listener may
 * keep the lease.
 *
 * @param listeners the machine's listeners on these ports
 */
export function sightOf(
  { lease, vitals }: LeaseEntry,
  listeners: readonly Listener[],
  processes: ProcessTable,
): Exclude<ListenerSight, 'unknown'> {
  if (listeners.length === 0) return 'none';
  const strangers = listeners.filter((listener) => isStranger(lease, listener, processes));
  if (strangers.length === 0) return 'own';
  if (strangers.length === listeners.length) return 'stranger';
  const isLate = vitals.state === 'reserved' || vitals.state === 'hijacked';
  return isLate && vitals.holds > 0 ? 'stranger' : 'own';
}

/**
 * The process that listens, where it is proven to be of the holder's tree: with its holder gone, this is how it is known
 * again.
 *
 * @param listeners the machine's listeners on the lease's ports
 */
export function serverOf(
  { lease, vitals }: LeaseEntry,
  listeners: readonly Listener[],
  processes: ProcessTable,
): ProcessIdentity | null {
  if (lease.pid === null) return null;
  const { server } = vitals;
  const isThere = server !== null && listeners.some(({ pid }) => pid === server.pid);
  if (isThere && processes.life(server) === 'alive') return server;
  for (const { pid } of listeners) {
    if (pid !== null && processes.ancestors(pid).includes(lease.pid)) return processes.identify(pid);
  }
  return null;
}

/** A sentence about who listens, as far as that is known, for people. */
export function describeListener(listener: Listener): string {
  // The process of a container's port is the proxy's, which nobody has any business with.
  if (listener.container !== null) return `container ${listener.container}`;
  const name = listener.process ?? 'a program of another user';
  const pid = listener.pid === null ? '' : ` (pid ${listener.pid})`;
  const place = listener.cwd === null ? '' : ` in ${listener.cwd}`;
  return `${name}${pid}${place}`;
}

function isStranger(lease: Lease, listener: Listener, processes: ProcessTable): boolean {
  if (lease.projectPath === null || listener.cwd === null) return false;
  if (isWithin(listener.cwd, lease.projectPath)) return false;
  if (lease.process === null) return true;
  if (listener.pid === null) return false;
  const tree = processes.ancestors(listener.pid);
  // Where the tree cannot be read there is no evidence.
  if (tree.length === 0) return false;
  // A dead holder's pid may be somebody else's by now, and its own children are children of init.
  return !tree.includes(lease.process.pid) || processes.life(lease.process) === 'dead';
}

/** Whether a path is that directory or lies below it; both are real paths. */
export function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep);
}
