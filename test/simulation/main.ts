// Owns the command `npm run sim`: many seeds on all processors, totals, and for a failure the seed that replays it.

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type Result, simulate } from './run.ts';

/** How many failures are shown with the end of their history. */
const SHOWN_FAILURES = 3;
const PROGRESS_EVERY = 500;

/** The seeds of one worker: every `step`-th from `first` to `last`. */
interface Share {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

if (isMainThread) await main();
else await work(workerData as Share);

async function work({ first, last, step }: Share): Promise<void> {
  for (let seed = first; seed <= last; seed += step) parentPort?.postMessage(await simulate(seed));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1000' },
      seed: { type: 'string' },
      from: { type: 'string', default: '1' },
      verbose: { type: 'boolean', default: false },
    },
  });
  if (values.seed !== undefined) {
    const result = await simulate(Number(values.seed), { trace: values.verbose ? console.log : undefined });
    report(result);
    console.log(`${result.failure ?? 'all invariants hold'}\nhistory ${result.digest}`);
    process.exitCode = result.failure === null ? 0 : 1;
    return;
  }
  const first = Number(values.from);
  const last = first + Number(values.seeds) - 1;
  await runAll(first, last, values.verbose);
}

async function runAll(first: number, last: number, isVerbose: boolean): Promise<void> {
  const startedAt = performance.now();
  const step = Math.max(1, Math.min(availableParallelism(), last - first + 1));
  const totals = { seeds: 0, failed: 0, crashes: 0, simulatedMs: 0, grants: 0, calls: 0 };
  const take = (result: Result): void => {
    totals.seeds += 1;
    totals.crashes += result.crashes;
    totals.simulatedMs += result.simulatedMs;
    totals.grants += result.counts.grants;
    totals.calls +=
      result.counts.answers + result.counts.refusals + result.counts.faults + result.counts.lost;
    if (isVerbose)
      console.log(`seed ${result.seed}: ${result.failure ?? 'holds'}, ${result.digest.slice(0, 12)}`);
    if (totals.seeds % PROGRESS_EVERY === 0) console.log(`${totals.seeds} seeds, ${totals.failed} failed`);
    if (result.failure === null) return;
    totals.failed += 1;
    if (totals.failed <= SHOWN_FAILURES) report(result);
    else console.log(`seed ${result.seed} fails: ${result.failure}`);
  };
  await Promise.all(
    Array.from({ length: step }, (_, i) => startWorker({ first: first + i, last, step }, take)),
  );
  const hours = (totals.simulatedMs / 3_600_000).toFixed(0);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(
    `${totals.seeds} seeds, ${totals.failed} failed: ${hours} simulated hours in ${seconds} s, ` +
      `${totals.calls} calls, ${totals.grants} grants, ${totals.crashes} crashes`,
  );
  if (totals.failed > 0 || totals.seeds === 0) process.exitCode = 1;
}

function startWorker(share: Share, take: (result: Result) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: share });
    worker.on('message', take);
    worker.on('error', reject);
    worker.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a worker ended with ${code}`))));
  });
}

function report({ seed, failure, tail }: Result): void {
  if (failure === null) return;
  console.log(
    `\n${tail.join('\n')}\nseed ${seed} fails: ${failure}\nreplay it: npm run sim -- --seed ${seed}\n`,
  );
}
