// Owns `npm run kills`: the built daemon killed under load, a thousand times unless another number is given.

import { runOpenly, runSteps, testCommand } from './steps.ts';

const [rounds = '1000'] = process.argv.slice(2);
if (!/^[1-9]\d{0,5}$/.test(rounds)) {
  console.error('usage: npm run kills [-- ROUNDS]');
  process.exit(2);
}
process.env.STYXY_KILLS = rounds;
if (!(await runSteps([{ name: 'build', command: ['node', 'scripts/build.ts'] }]))) process.exit(1);
process.exitCode = await runOpenly(
  testCommand(['test/e2e/kill9.test.ts'], Number(rounds) * 20_000, ['--test-reporter=spec']),
);
