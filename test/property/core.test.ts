// Owns the properties of the core: it does what the naive model does, command by command.

import { test } from 'node:test';
import fc from 'fast-check';
import { STEPS } from './core-commands.ts';
import { CoreHarness } from './core-harness.ts';
import { Model } from './model.ts';
import { CATALOGUE, PORTS } from './small-catalogue.ts';

test('the core does what the contract says, as a naive model reads it', () => {
  fc.assert(
    fc.property(fc.commands(STEPS, { maxCommands: 60, size: 'max' }), (steps) => {
      fc.modelRun(() => ({ model: new Model(CATALOGUE), real: new CoreHarness(CATALOGUE, PORTS) }), steps);
    }),
    { numRuns: 300 },
  );
});
