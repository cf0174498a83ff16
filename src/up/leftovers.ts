// Owns which processes an `up` that was killed has left behind.

import type { ProcessIdentity } from '../core/process-identity.ts';
import type { Home } from '../home.ts';
import type { Processes } from '../run/members.ts';
import { spareDaemon } from '../run/own-daemon.ts';
import { UP_VARIABLE, type UpRecord } from './up-record.ts';

/** What carries the mark of an `up`, and is none of the home's daemon: found where the system shows environments. */
export function leftoversOf(
  home: Home,
  processes: Processes,
  { id }: UpRecord,
): () => readonly ProcessIdentity[] {
  const spare = spareDaemon(home, processes);
  return () => {
    const above = processes.ancestors(process.pid);
    return spare(processes.withEnvironment(UP_VARIABLE, id).filter(({ pid }) => !above.includes(pid)));
  };
}
