// Owns the cost of a scan of all ports: its time beside `ss`, and how long it keeps the daemon from everything else.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { Bench, Case } from '../bench.ts';
import { bareRequest, type KeepAlive, openKeepAlive } from '../keep-alive.ts';
import { startListeners } from '../listeners.ts';
import { longestStretchMs, loopWatchFlags } from '../loop-watch.ts';
import type { Row } from '../report.ts';
import { makeHome, startDaemon } from '../servers.ts';
import { median, ratios, spread } from '../statistics.ts';

const TIME_LIMIT = 1.5;
const STRETCH_LIMIT_MS = 5;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

export const scan: Case = {
  name: 'scan',
  summary: 'GET /scan with 1,000 listeners, against `ss -Hltunp`, and the event loop meanwhile',
  async run(bench) {
    const stopListeners = await startListeners(bench.plan.listeners);
    try {
      return [await timeRow(bench), await stretchRow(bench)];
    } finally {
      stopListeners();
    }
  },
};

async function timeRow(bench: Bench): Promise<Row> {
  const { alternations, scans, listeners } = bench.plan;
  const daemon = await startDaemon(bench.program, makeHome(bench.scratch));
  const connection = await openKeepAlive(daemon.socket, fail);
  const ours: number[] = [];
  const theirs: number[] = [];
  try {
    await repeat(scans, () => scanOnce(connection));
    await repeat(scans, runSs);
    for (let round = 0; round < alternations; round++) {
      bench.say(`scan: ${round + 1} of ${alternations}`);
      const pairs = await repeat(scans, async () => [
        await timed(() => scanOnce(connection)),
        await timed(runSs),
      ]);
      ours.push(median(pairs.map(([own = Number.NaN]) => own)));
      theirs.push(median(pairs.map(([, other = Number.NaN]) => other)));
    }
  } finally {
    connection.close();
    await daemon.stop();
  }
  return {
    what: `scan of all ports, ${listeners} listeners`,
    measured: ratios(ours, theirs),
    unit: 'times',
    limit: TIME_LIMIT,
    detail: `${median(ours).toFixed(1)} ms, \`ss -Hltunp\` ${median(theirs).toFixed(1)} ms`,
  };
}

async function stretchRow(bench: Bench): Promise<Row> {
  const { alternations, scans, listeners } = bench.plan;
  const watch = join(bench.scratch, 'loop-watch.sock');
  const daemon = await startDaemon(bench.program, makeHome(bench.scratch), loopWatchFlags(watch));
  const connection = await openKeepAlive(daemon.socket, fail);
  const longest: number[] = [];
  try {
    await repeat(scans, () => scanOnce(connection));
    for (let round = 0; round < alternations; round++) {
      longest.push(await longestStretchMs(watch, () => repeat(scans, () => scanOnce(connection))));
    }
  } finally {
    connection.close();
    await daemon.stop();
  }
  return {
    what: `longest stretch that a scan keeps the event loop, ${listeners} listeners`,
    measured: spread(longest),
    unit: 'ms',
    limit: STRETCH_LIMIT_MS,
    detail: `the longest of ${scans} scans, ${alternations} times`,
  };
}

function scanOnce(connection: KeepAlive): Promise<void> {
  return new Promise((resolve) => {
    connection.send(bareRequest('GET', '/scan'), (status) => {
      if (status !== 200) fail(new Error(`status ${status} instead of a scan`));
      resolve();
    });
  });
}

function runSs(): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile('ss', ['-Hltunp'], { maxBuffer: MAX_OUTPUT_BYTES }, (error) =>
      error === null ? resolve() : reject(error),
    );
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function repeat<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let number = 0; number < times; number++) results.push(await work());
  return results;
}

function fail(error: Error): never {
  throw error;
}
