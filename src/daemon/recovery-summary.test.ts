import assert from 'node:assert/strict';
import { it } from 'node:test';
import { recoveryFact } from './recovery-summary.ts';

const step = (outcome: 'well' | 'mended' | 'failed' | 'skipped', detail: string | null) =>
  ({ step: 'leases', outcome, detail, attempts: 1 }) as const;

it('tells the audit of what was mended and what failed, and nothing of a start that found all well', () => {
  assert.equal(recoveryFact({ steps: [step('well', null), step('skipped', null)] }), null);
  const told = recoveryFact({
    steps: [step('well', null), step('mended', '2 came back'), step('failed', 'no\nway')],
  });
  assert.equal(told?.event, 'recovered');
  assert.equal(told?.reason, 'leases mended: 2 came back; leases failed: no?way');
});
