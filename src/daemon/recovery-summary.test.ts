import assert from 'node:assert/strict';
import { it } from 'node:test';
import { recoveryFact, summaryOf } from './recovery-summary.ts';

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

it('says where a mistake of the configuration is, if it is anywhere', () => {
  const detail = (line: number) => {
    const error = { line, column: line, path: '', message: 'this is a directory', fix: null };
    return summaryOf({ steps: [], restored: 0, rebuilt: 0 }, 0, { errors: [error] }).steps[0]?.detail;
  };
  assert.deepEqual([detail(3), detail(0)], ['line 3: this is a directory', 'this is a directory']);
});
