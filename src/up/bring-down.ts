// Owns the end of a project's services from outside: by asking who runs them, and of what was left behind by its marks.

import type { ProcessIdentity } from '../core/process-identity.ts';
import { StyxyError } from '../errors.ts';
import type { Home } from '../home.ts';
import { sendSignal } from '../os/send-signal.ts';
import { endTree } from '../os/tree-ending.ts';
import type { Processes } from '../run/members.ts';
import { askDown } from './control.ts';
import { leftoversOf } from './leftovers.ts';
import { readPresence, type UpPaths, type UpRecord } from './up-record.ts';

/** How long services may take to end, in ms: asked, told, and killed after that. */
const END_TIMEOUT_MS = 25_000;
/** How long the process that ran them may take to end behind them, in ms. */
const LEAVE_TIMEOUT_MS = 5_000;
const LOOK_MS = 20;

export interface DownOutcome {
  /** Services that ran, and have ended, as who ran them says. */
  readonly ended: readonly string[];
  readonly left: readonly string[];
  /** Processes that were left behind by an `up` that was killed, and have ended. */
  readonly leftovers: readonly number[];
  /** Who ran the services; null where nobody did. */
  readonly record: UpRecord | null;
}

/**
 * Ends services of a project.
 *
 * @param names null for all
 * @throws StyxyError ALREADY_UP where they cannot be ended from here
 */
export async function bringDown(
  home: Home,
  paths: UpPaths,
  processes: Processes,
  names: readonly string[] | null,
): Promise<DownOutcome> {
  const record = readPresence(paths);
  if (record === null) return { ended: [], left: [], leftovers: [], record: null };
  const { runner } = record;
  if (processes.life(runner) !== 'dead') {
    const reply = await askDown(paths.socket, { down: names }, END_TIMEOUT_MS);
    if (reply !== null) {
      if (reply.left.length === 0) await untilGone(processes, runner, LEAVE_TIMEOUT_MS);
      return { ...reply, leftovers: [], record };
    }
    await endRunner(processes, record, names);
  }
  const leftovers = leftoversOf(home, processes, record);
  const pids = leftovers().map(({ pid }) => pid);
  await endTree({ find: leftovers, life: processes.life, signal: sendSignal, sleep: pause });
  return { ended: [], left: [], leftovers: pids, record };
}

/** One that does not answer is ended as a whole; it ends its services at SIGTERM, and their marks tell of them otherwise. */
async function endRunner(
  processes: Processes,
  record: UpRecord,
  names: readonly string[] | null,
): Promise<void> {
  const { runner } = record;
  const refusal = (why: string, hint: string): StyxyError =>
    new StyxyError('ALREADY_UP', `\`styxy up\` (pid ${runner.pid}) ${why}`, {
      hint,
      fields: { pid: runner.pid, terminal: record.terminal, started_at: record.startedAt },
    });
  if (processes.life(runner) !== 'alive')
    throw refusal('cannot be seen from here, and does not answer', 'End it by ctrl-C where it was started.');
  if (names !== null)
    throw refusal('does not answer, and cannot end some of its services', '`styxy down` ends all of them.');
  sendSignal(runner.pid, 'SIGTERM');
  if (await untilGone(processes, runner, END_TIMEOUT_MS)) return;
  if (processes.life(runner) === 'alive') sendSignal(runner.pid, 'SIGKILL');
  await untilGone(processes, runner, LEAVE_TIMEOUT_MS);
}

async function untilGone(
  processes: Pick<Processes, 'life'>,
  runner: ProcessIdentity,
  timeoutMs: number,
): Promise<boolean> {
  for (const until = performance.now() + timeoutMs; performance.now() < until; await pause(LOOK_MS))
    if (processes.life(runner) !== 'alive') return true;
  return false;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
