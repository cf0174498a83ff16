// Owns the time from the start of a daemon to its first answer, beside the start of Node itself.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { homeAt } from '../../src/home.ts';
import type { Bench, Case } from '../bench.ts';
import type { Row } from '../report.ts';
import { environmentFor, makeHome, spawnDaemonProcess, stopProcess, untilHealthy } from '../servers.ts';
import { median, ratios, spread } from '../statistics.ts';

const LIMIT = 5;
const STOP_TIMEOUT_MS = 10_000;

export const firstAnswer: Case = {
  name: 'first-answer',
  summary: 'from the start of a daemon to its first answer, against `node -e 0`',
  async run(bench) {
    bench.say('first answer');
    const times = {
      node: [] as number[],
      fresh: [] as number[],
      again: [] as number[],
      cold: [] as number[],
    };
    const checkout = bench.program.checkouts[0];
    for (let round = -1; round < bench.plan.starts; round++) {
      const homeDir = makeHome(bench.scratch);
      const node = nodeStartMs();
      const fresh = await firstAnswerMs(bench, homeDir);
      const again = await firstAnswerMs(bench, homeDir);
      const cold = await coldCommandMs(bench, makeHome(bench.scratch), checkout);
      // The first round only fills the caches.
      if (round < 0) continue;
      times.node.push(node);
      times.fresh.push(fresh);
      times.again.push(again);
      times.cold.push(cold);
    }
    const detail = (ms: readonly number[]): string =>
      `${median(ms).toFixed(1)} ms, \`node -e 0\` ${median(times.node).toFixed(1)} ms`;
    const rows: Row[] = [
      {
        what: 'first answer of a new daemon, new home',
        measured: ratios(times.fresh, times.node),
        unit: 'times',
        limit: LIMIT,
        detail: detail(times.fresh),
      },
      {
        what: 'first answer of a new daemon, home with a store',
        measured: ratios(times.again, times.node),
        unit: 'times',
        limit: LIMIT,
        detail: detail(times.again),
      },
      {
        what: '`styxy allocate -q` without a daemon',
        measured: spread(times.cold),
        unit: 'ms',
        limit: null,
        detail: `${median(times.cold.map((ms, index) => ms / (times.node[index] ?? Number.NaN))).toFixed(1)}× \`node -e 0\``,
      },
    ];
    return rows;
  },
};

function nodeStartMs(): number {
  const began = performance.now();
  spawnSync(process.execPath, ['-e', '0']);
  return performance.now() - began;
}

async function firstAnswerMs(bench: Bench, homeDir: string): Promise<number> {
  const began = performance.now();
  const child = spawnDaemonProcess(bench.program, homeDir);
  await untilHealthy(homeAt(homeDir).socket);
  const elapsedMs = performance.now() - began;
  await stopProcess(child);
  return elapsedMs;
}

/** The command starts a daemon of its own, which is ended by its pid. */
async function coldCommandMs(bench: Bench, homeDir: string, cwd: string | undefined): Promise<number> {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [bench.program.cli, 'allocate', '-s', 'dev', '-q'], {
    cwd,
    env: environmentFor(homeDir, bench.program.binDir),
    encoding: 'utf8',
  });
  const elapsedMs = performance.now() - began;
  await endDaemonOf(homeDir);
  if (status !== 0) throw new Error(`styxy allocate without a daemon failed: ${stderr}`);
  return elapsedMs;
}

async function endDaemonOf(homeDir: string): Promise<void> {
  const pid = pidOf(homeDir);
  if (pid === null) return;
  const until = performance.now() + STOP_TIMEOUT_MS;
  process.kill(pid, 'SIGTERM');
  // It removes its file as the last thing that it does.
  while (pidOf(homeDir) === pid) {
    if (performance.now() > until) {
      process.kill(pid, 'SIGKILL');
      return;
    }
    await sleep(5);
  }
}

function pidOf(homeDir: string): number | null {
  try {
    const { pid } = JSON.parse(readFileSync(homeAt(homeDir).daemonInfo, 'utf8')) as { pid: number };
    return pid;
  } catch {
    return null;
  }
}
