// Owns the judgement of a daemon that accepts a connection and does not answer: busy, or unable ever to answer again.

import { readFileSync } from 'node:fs';
import type { Home } from '../home.ts';
import { type Endpoint, exchange, openSocket } from './http.ts';
import { monotonicMs } from './monotonic.ts';
import { type DaemonInfo, isProven, lifeOf, readDaemonInfo, statFields } from './running-daemon.ts';

/**
 * `stopped` and `deadlocked` will not answer any more, and `gone` ended while it was looked at. `traced` is in a debugger's hands, `busy` may answer yet, `unproven`
 * is a process that cannot be told for certain.
 */
export type SilenceKind = 'answers' | 'gone' | 'stopped' | 'deadlocked' | 'traced' | 'busy' | 'unproven';

export interface Silence {
  readonly kind: SilenceKind;
  /** What `daemon.json` said of the daemon that was looked at. */
  readonly info: DaemonInfo | null;
}

/** What the system says of the daemon's main thread, on which all its work is done. */
export interface Vitals {
  /** The state letter of /proc/PID/stat. */
  readonly state: string;
  readonly isTraced: boolean;
  /** Processor time that it got, in ticks of 10 ms. */
  readonly cpuTicks: number;
  /** System calls that read or wrote; null where the kernel does not count them. */
  readonly calls: number | null;
}

/** How long one look waits for an answer. It is asked for anew: the machine may have slept during the first silence. */
const LOOK_MS = 1_500;
/** A thread that got less than this has not had its turn: the machine is overloaded, and it is not to blame. */
const FAIR_TICKS = 20;

/**
 * Looks at a daemon that was silent: asks it once more, something that costs it nothing, and meanwhile watches what its
 * process does. Looks again while it may merely be busy.
 *
 * @param timeoutMs when to stop looking, in ms; one look is always taken
 * @param answered settles when the answer that was waited for came after all, or its connection broke
 */
export async function lookAtSilence(
  home: Home,
  endpoint: Endpoint,
  timeoutMs: number,
  answered: Promise<unknown>,
): Promise<Silence> {
  const until = monotonicMs() + timeoutMs;
  const info = readDaemonInfo(home);
  const isSeen = info !== null && isProven(home, info);
  const settled = answered.then(
    () => true,
    () => true,
  );
  let before = isSeen ? readVitals(info.pid) : null;
  for (;;) {
    if (await Promise.race([settled, answers(endpoint)])) return { kind: 'answers', info };
    if (isSeen && lifeOf(info) === 'gone') return { kind: 'gone', info };
    const after = isSeen ? readVitals(info.pid) : null;
    const kind = before === null || after === null ? 'unproven' : judge(before, after);
    if (kind !== 'busy' || monotonicMs() + LOOK_MS > until) return { kind, info };
    if (after?.state === 'T') before = after;
  }
}

/**
 * What two looks at the main thread say about a silence between them. A thread that reads and writes serves somebody; one
 * that waits for the disk or for its turn goes on by itself; all others would have accepted a connection.
 */
export function judge(before: Vitals, after: Vitals): SilenceKind {
  if (after.isTraced || after.state === 't') return 'traced';
  if (after.state === 'T') return before.state === 'T' ? 'stopped' : 'busy';
  // Uncounted calls are no evidence that there were none.
  if (before.calls === null || after.calls !== before.calls) return 'busy';
  if (after.state === 'D') return 'busy';
  if (after.state === 'R' && after.cpuTicks - before.cpuTicks < FAIR_TICKS) return 'busy';
  return 'deadlocked';
}

async function answers(endpoint: Endpoint): Promise<boolean> {
  const until = monotonicMs() + LOOK_MS;
  try {
    const socket = await openSocket(endpoint, LOOK_MS);
    await exchange(socket, endpoint, 'GET', '/health', undefined, Math.max(1, until - monotonicMs()));
    return true;
  } catch {
    const restMs = until - monotonicMs();
    // Refused at once: somebody else may just be replacing it.
    if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
    return false;
  }
}

/** @returns null where the system does not show them */
function readVitals(pid: number): Vitals | null {
  const thread = `/proc/${pid}/task/${pid}`;
  try {
    const fields = statFields(`${thread}/stat`);
    return {
      state: fields[0] ?? '',
      isTraced: !/^TracerPid:\s*0$/m.test(readFileSync(`${thread}/status`, 'latin1')),
      cpuTicks: Number(fields[11]) + Number(fields[12]),
      calls: readCalls(`${thread}/io`),
    };
  } catch {
    return null;
  }
}

function readCalls(path: string): number | null {
  try {
    const text = readFileSync(path, 'latin1');
    return Number(/^syscr: (\d+)$/m.exec(text)?.[1]) + Number(/^syscw: (\d+)$/m.exec(text)?.[1]);
  } catch {
    return null;
  }
}
