// Owns the whole test run: the gate's plain steps, the build, then every test file in one run of Node's test runner.

import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { FAST_TESTS, PLAIN_STEPS } from './check.ts';
import { runOpenly, runSteps, type Step, testCommand } from './steps.ts';

const HANGING_MS = 600_000;

const isFull = process.argv.includes('--full');
const unknown = process.argv.slice(2).filter((word) => word !== '--full');
if (unknown.length > 0) {
  console.error(`unknown option ${unknown[0]}; the only one is --full`);
  process.exit(2);
}

const longSimulation: Step = {
  name: 'simulation',
  command: ['node', '--disable-warning=ExperimentalWarning', 'test/simulation/main.ts', '--seeds', '10000'],
};
const steps = isFull ? [longSimulation, ...PLAIN_STEPS.slice(1)] : PLAIN_STEPS;
const isGood = await runSteps([...steps, { name: 'build', command: ['node', 'scripts/build.ts'] }]);
if (!isGood) process.exit(1);

// One run over everything, so that the runner's own count at the end is the count of all tests.
const patterns = [...Object.values(FAST_TESTS), 'test/contract/**/*.test.ts', 'test/e2e/**/*.test.ts'];
const long = 'test/e2e/**/*.long.test.ts';
if (isFull && globSync(long).length > 0) patterns.push(long);
process.exitCode = await runOpenly(
  testCommand(patterns, HANGING_MS, [
    '--test-reporter=spec',
    `--test-concurrency=${Math.max(2, availableParallelism())}`,
  ]),
);
