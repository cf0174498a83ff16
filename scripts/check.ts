// Owns the fast gate: format and lint, types, tidiness, unit and property tests, a short simulation.

import { runSteps, type Step, testCommand } from './steps.ts';

/** What needs no test runner; the seeds of the simulation are the short run that every change must pass. */
export const PLAIN_STEPS: readonly Step[] = [
  {
    name: 'simulation',
    command: ['node', '--disable-warning=ExperimentalWarning', 'test/simulation/main.ts', '--seeds', '200'],
  },
  { name: 'biome', command: ['node_modules/.bin/biome', 'check', '--error-on-warnings'] },
  { name: 'types', command: ['node_modules/.bin/tsc'] },
  { name: 'page types', command: ['node_modules/.bin/tsc', '-p', 'src/dashboard'] },
];

const HANGING_MS = 120_000;

/** The folders whose tests take seconds, by name of the step. */
export const FAST_TESTS: Readonly<Record<string, string>> = {
  tidy: 'test/tidy/**/*.test.ts',
  unit: 'src/**/*.test.ts',
  property: 'test/property/**/*.test.ts',
};

if (import.meta.main) {
  const tests = Object.entries(FAST_TESTS).map(([name, pattern]) => ({
    name,
    command: testCommand([pattern], HANGING_MS),
  }));
  process.exitCode = (await runSteps([...PLAIN_STEPS, ...tests])) ? 0 : 1;
}
