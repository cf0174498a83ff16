// Owns the proof which processes are the server of a lease whose holder is gone, and their end.

import { isSameProcess, type ProcessIdentity } from '../core/process-identity.ts';
import type { ProcessTable, ProcessTree } from './os.ts';
import { sendSignal } from './send-signal.ts';
import { endTree } from './tree-ending.ts';

type Processes = ProcessTree & Pick<ProcessTable, 'life' | 'ancestors'>;

/** The server of an orphaned lease, as far as it is known. */
export interface OrphanServer {
  readonly lockId: string;
  /** The process that was seen to serve while the holder lived; null when none was. */
  readonly server: ProcessIdentity | null;
  /** The process that listens now. */
  readonly pid: number;
}

/** What belongs to a server that is proven to be the lease's own. */
export interface ProvenServer {
  /** Its processes of now, also those found before that may still run. */
  members(): readonly ProcessIdentity[];
  /**
   * Ends all of them: SIGTERM first, SIGKILL for what does not go.
   *
   * @returns those that could not be ended
   */
  end(): Promise<readonly ProcessIdentity[]>;
}

/** The variable by which processes that `styxy run` started know their lease. */
const LEASE_VARIABLE = 'STYXY_LOCK_ID';

/**
 * Proves that the process that listens is the one that the daemon saw serve, or carries the lease's own mark.
 *
 * @param spare takes away what is not to be ended, whatever it belongs to
 * @returns null where nothing proves it
 */
export function proveServer(
  processes: Processes,
  orphan: OrphanServer,
  spare: (found: readonly ProcessIdentity[]) => readonly ProcessIdentity[],
): ProvenServer | null {
  const marked = processes.withEnvironment(LEASE_VARIABLE, orphan.lockId);
  const listener = provenListener(processes, orphan, marked);
  if (listener === null) return null;
  const roots = [listener, ...wrappersOf(processes, listener, marked)];
  const found: ProcessIdentity[] = [];
  const members = (): readonly ProcessIdentity[] => {
    for (const root of roots) {
      if (processes.life(root) !== 'alive') continue;
      for (const each of [root, ...processes.descendants(root.pid)]) {
        if (each.pid !== process.pid && !found.some((known) => isSameProcess(known, each))) found.push(each);
      }
    }
    return spare(found);
  };
  return {
    members,
    end: () =>
      endTree({
        find: members,
        life: processes.life,
        signal: sendSignal,
        sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      }),
  };
}

function provenListener(
  processes: Processes,
  { server, pid }: OrphanServer,
  marked: readonly ProcessIdentity[],
): ProcessIdentity | null {
  if (server !== null && server.pid === pid && processes.life(server) === 'alive') return server;
  return marked.find((each) => each.pid === pid) ?? null;
}

/** What the server was started through, such as npm and a shell: the way up from it, as far as the mark goes. */
function wrappersOf(
  processes: Processes,
  listener: ProcessIdentity,
  marked: readonly ProcessIdentity[],
): ProcessIdentity[] {
  const wrappers: ProcessIdentity[] = [];
  for (const pid of processes.ancestors(listener.pid).slice(1)) {
    const wrapper = marked.find((each) => each.pid === pid);
    if (wrapper === undefined) break;
    wrappers.push(wrapper);
  }
  return wrappers;
}
