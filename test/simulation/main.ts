// Owns the command `npm run sim`: many seeds, totals, and for a failure the seed that replays it.

import { parseArgs } from 'node:util';
import { type Result, simulate } from './run.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    seed: { type: 'string' },
    from: { type: 'string', default: '1' },
    verbose: { type: 'boolean', default: false },
  },
});

const started = Date.now();
let failed = 0;
const first = Number(values.seed ?? values.from);
const last = values.seed === undefined ? first + Number(values.seeds) - 1 : first;
let simulatedMs = 0;
const kinds = new Map<string, number[]>();
for (let seed = first; seed <= last; seed++) {
  const result: Result = await simulate(seed);
  simulatedMs += result.simulatedMs;
  if (values.verbose) console.log(JSON.stringify({ ...result, tail: undefined }));
  if (result.failure === null) continue;
  failed += 1;
  const kind = result.failure.replace(/\d+/g, 'N').slice(0, 60);
  const seeds = kinds.get(kind) ?? [];
  kinds.set(kind, [...seeds, seed]);
  if (failed <= 1) console.log(result.tail.join('\n'));
}
console.log(kinds);
console.log(
  `${last - first + 1} seeds, ${failed} failed, ${simulatedMs / 3_600_000} h in ${Date.now() - started} ms`,
);
if (failed > 0) process.exitCode = 1;
