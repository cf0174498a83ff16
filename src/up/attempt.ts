// Owns one run of a service: what it prints goes out in lines, and whether it is ready is watched until that is known.

import { stripVTControlCharacters } from 'node:util';
import type { LeaseJson } from '../api/schemas.ts';
import { StyxyError } from '../errors.ts';
import type { OutputStream } from '../run/child.ts';
import type { ReceiveSignals } from '../run/signals.ts';
import { outputLines } from './output-lines.ts';
import type { Service } from './service.ts';

/** What a run of a service is given, and tells. */
export interface RunHooks {
  readonly receive: ReceiveSignals;
  readonly onOutput: (stream: OutputStream, chunk: Buffer) => void;
  readonly onLease: (lease: LeaseJson, isRunningElsewhere: boolean) => void;
  /** Called again where the command is started again on another port. */
  readonly onStarted: () => void;
}

export interface AttemptOptions {
  readonly service: Service;
  readonly receive: ReceiveSignals;
  /**
   * Runs the command once.
   *
   * @returns its exit status, once its last process has ended
   * @throws StyxyError where it gets no lease
   */
  readonly run: (hooks: RunHooks) => Promise<number>;
  /** Resolves when the service on `lease` is ready; with false when it was told to stop. */
  readonly awaitReadiness: (lease: LeaseJson | null, stop: AbortSignal) => Promise<boolean>;
  readonly onLine: (stream: OutputStream, line: string) => void;
  readonly onLease: (lease: LeaseJson) => void;
  /** Called once at most: it is ready, or was not in time. */
  readonly onVerdict: (verdict: Verdict) => void;
}

export type Verdict = 'ready' | 'late';

/** How a run came out. */
export interface Outcome {
  /** The status that counts where it is a failure. */
  readonly status: number;
  /** What went wrong, for a sentence that the service's name begins; null where nothing did. */
  readonly failure: string | null;
  /** A singleton that somebody else runs, so that nothing was started. */
  readonly isElsewhere: boolean;
}

const FAILED = 1;

/** Runs a service once, to its end. */
export async function runAttempt(options: AttemptOptions): Promise<Outcome> {
  const { service, onLine, onVerdict } = options;
  const { ready, readyTimeoutMs } = service;
  let verdict: Verdict | null = null;
  let lease: LeaseJson | null = null;
  let isElsewhere = false;
  let waiting = new AbortController();

  const judge = (found: Verdict): void => {
    if (verdict !== null) return;
    verdict = found;
    onVerdict(found);
  };
  const lines = (stream: OutputStream) =>
    outputLines((line) => {
      onLine(stream, line);
      // Servers colour what they print on a terminal, also in the middle of a text.
      if (ready.kind === 'output' && stripVTControlCharacters(line).includes(ready.text)) judge('ready');
    });
  const output = { stdout: lines('stdout'), stderr: lines('stderr') };
  const onStarted = (): void => {
    if (ready.kind === 'started') judge('ready');
    waiting.abort();
    waiting = new AbortController();
    if (ready.kind !== 'port' && ready.kind !== 'http') return;
    void options.awaitReadiness(lease, waiting.signal).then((isReady) => isReady && judge('ready'));
  };

  const timer = setTimeout(judge, readyTimeoutMs, 'late');
  try {
    const status = await options.run({
      receive: options.receive,
      onOutput: (stream, chunk) => output[stream].take(chunk),
      onLease: (given, isRunningElsewhere) => {
        lease = given;
        isElsewhere = isRunningElsewhere;
        options.onLease(given);
        if (isElsewhere) judge('ready');
      },
      onStarted,
    });
    if (ready.kind === 'completed' && status === 0) judge('ready');
    return { ...judged(status, verdict, readyTimeoutMs), isElsewhere };
  } catch (error) {
    if (!(error instanceof StyxyError)) throw error;
    return { status: FAILED, failure: `cannot start: ${error.message}. ${error.hint}`, isElsewhere };
  } finally {
    clearTimeout(timer);
    waiting.abort();
    output.stdout.finish();
    output.stderr.finish();
  }
}

function judged(status: number, verdict: Verdict | null, timeoutMs: number): Omit<Outcome, 'isElsewhere'> {
  if (verdict === 'late')
    return { status: FAILED, failure: `was not ready after ${timeoutMs / 1000} s, and was ended` };
  if (status !== 0) return { status, failure: `ended with status ${status}` };
  if (verdict === null) return { status: FAILED, failure: 'ended with status 0 before it was ready' };
  return { status, failure: null };
}
