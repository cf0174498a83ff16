// Owns the whole test run: the gate's plain steps, the build, then every test file in one run of Node's test runner.

import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { FAST_TESTS, PLAIN_STEPS } from './check.ts';
import { runOpenly, runSteps, type Step, testCommand } from './steps.ts';

const HANGING_MS = 600_000;
const REAL_TOOLS = 'test/tools/**/*.test.ts';

const { argv, env } = process;
const isFull = argv.includes('--full');
const isToolsAlone = argv.includes('--tools');
const unknown = argv.slice(2).filter((word) => word !== '--full' && word !== '--tools');
if (unknown.length > 0) {
  console.error(`unknown option ${unknown[0]}; there are --full, and --tools for the real tools alone`);
  process.exit(2);
}

const longSimulation: Step = {
  name: 'simulation',
  command: ['node', '--disable-warning=ExperimentalWarning', 'test/simulation/main.ts', '--seeds', '10000'],
};
const build: Step = { name: 'build', command: ['node', 'scripts/build.ts'] };
const installTools: Step = { name: 'real tools', command: ['node', 'test/tools/install.ts'] };

const steps: Step[] = [];
const patterns: string[] = [];
if (!isToolsAlone) {
  steps.push(...(isFull ? [longSimulation, ...PLAIN_STEPS.slice(1)] : PLAIN_STEPS));
  patterns.push(...Object.values(FAST_TESTS), 'test/simulation/**/*.test.ts');
  patterns.push('test/contract/**/*.test.ts', 'test/e2e/**/*.test.ts');
  const long = 'test/e2e/**/*.long.test.ts';
  if (isFull && globSync(long).length > 0) patterns.push(long);
}
// Every kind of run meets the built program, the Vite plug-in among the real tools too.
steps.push(build);
if (isFull || isToolsAlone) {
  steps.push(installTools);
  patterns.push(REAL_TOOLS);
}

// All files that need the real tools share one installation, which goes with them unless somebody keeps it.
const shared = mkdtempSync(join(tmpdir(), 'styxy-tools-'));
process.once('exit', () => rmSync(shared, { recursive: true, force: true, maxRetries: 5 }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
env.STYXY_TOOLS_DIR ||= shared;
if (isFull) {
  env.STYXY_KILLS ||= '1000';
  env.STYXY_FUZZ ||= '50';
  env.STYXY_CRASHES ||= '1';
}

if (!(await runSteps(steps))) process.exit(1);
// One run over everything, so that the runner's own count at the end is the count of all tests.
process.exitCode = await runOpenly(
  testCommand(patterns, HANGING_MS, [
    '--test-reporter=spec',
    `--test-concurrency=${Math.max(2, availableParallelism())}`,
  ]),
);
