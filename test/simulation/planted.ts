// Owns the command that shows which seed finds which planted bug.

import { parseArgs } from 'node:util';
import { PLANTED_BUGS } from './planted-bugs.ts';
import { firstFailure } from './search.ts';

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '200' } } });

for (const bug of PLANTED_BUGS) {
  const found = await bug.plant((variant) => firstFailure(Number(values.seeds), variant));
  if (found === null) {
    process.exitCode = 1;
    console.log(`NOT FOUND within ${values.seeds} seeds: ${bug.name}`);
  } else {
    if (!bug.invariant.test(found.failure ?? '')) {
      process.exitCode = 1;
      console.log(`FOUND AS SOMETHING ELSE than ${bug.invariant}:`);
    }
    console.log(`found by seed ${found.seed}: ${bug.name}\n    ${found.failure}`);
  }
}
