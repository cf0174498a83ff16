// Owns the time of `styxy allocate -q` with a running daemon, beside the start of Node itself.

import { type SpawnSyncOptionsWithStringEncoding, spawnSync } from 'node:child_process';
import type { Case } from '../bench.ts';
import type { Row } from '../report.ts';
import { environmentFor, makeHome, startDaemon } from '../servers.ts';
import { median, ratios } from '../statistics.ts';

const LIMIT = 1.5;
const ARGUMENTS = ['allocate', '-s', 'dev', '-q'];

export const commandLine: Case = {
  name: 'command-line',
  summary: '`styxy allocate -q` with a running daemon, against `node -e 0`',
  async run(bench) {
    const { program, plan } = bench;
    const homeDir = makeHome(bench.scratch);
    const daemon = await startDaemon(program, homeDir);
    const options = {
      cwd: program.checkouts[0],
      env: environmentFor(homeDir, program.binDir),
      encoding: 'utf8',
    } as const;
    try {
      bench.say('command line');
      const times = { node: [] as number[], bundle: [] as number[], bin: [] as number[] };
      const isPort = (output: string): boolean => /^\d+\n$/.test(output);
      for (let round = -1; round < plan.starts; round++) {
        const node = timed(process.execPath, ['-e', '0'], options, (output) => output === '');
        const bundle = timed(process.execPath, [program.cli, ...ARGUMENTS], options, isPort);
        const bin = timed(program.bin, ARGUMENTS, options, isPort);
        // The first round only fills the caches.
        if (round < 0) continue;
        times.node.push(node);
        times.bundle.push(bundle);
        times.bin.push(bin);
      }
      return [
        row('`node dist/styxy.cjs allocate -q`', times.bundle, times.node),
        row('`styxy allocate -q` by its name', times.bin, times.node),
      ];
    } finally {
      await daemon.stop();
    }
  },
};

function row(what: string, ours: readonly number[], node: readonly number[]): Row {
  return {
    what,
    measured: ratios(ours, node),
    unit: 'times',
    limit: LIMIT,
    detail: `${median(ours).toFixed(1)} ms, \`node -e 0\` ${median(node).toFixed(1)} ms`,
  };
}

function timed(
  file: string,
  args: readonly string[],
  options: SpawnSyncOptionsWithStringEncoding,
  isGood: (output: string) => boolean,
): number {
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(file, args, options);
  const elapsedMs = performance.now() - began;
  if (status !== 0 || !isGood(stdout))
    throw new Error(`${file} ${args.join(' ')} failed: ${stdout}${stderr}`);
  return elapsedMs;
}
