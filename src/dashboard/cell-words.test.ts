import assert from 'node:assert/strict';
import { it } from 'node:test';
import { sentenceOf, wordsOf } from './cell-words.ts';
import { leaseWith } from './lease-fixture.ts';
import type { PortCell } from './port-cells.ts';

const context = { now: Date.parse('2026-01-01T00:05:00.000Z'), branchOf: () => 'fix/\u202etypo' };
const cell = (changes: Partial<PortCell>): PortCell => ({
  port: 3000,
  state: 'free',
  leases: [],
  resting: [],
  listeners: [],
  ...changes,
});

it('a port of the map explains itself in words that obey nobody', () => {
  assert.equal(sentenceOf(wordsOf(cell({}), context)), '3000, free. Nobody has it.');
  const lease = leaseWith({ instance_id: 'claude-7', pid: 41, drift: [3005] });
  assert.equal(
    sentenceOf(wordsOf(cell({ state: 'active', leases: [lease] }), context)),
    '3000, active. It is leased, and its server listens. service web (dev), project shop, branch fix/\ufffdtypo, session claude-7, holder pid 41, leased 5 min ago, listens on 3005',
  );
  const orphan = leaseWith({ orphan: true });
  assert.match(wordsOf(cell({ state: 'active', leases: [orphan] }), context).meaning, /holder is gone/);
  const resting = [{ port: 3000, protocol: 'tcp' as const, until: '2026-01-01T00:07:00.000Z' }];
  assert.match(sentenceOf(wordsOf(cell({ state: 'quarantined', resting }), context)), /rests 2 min more/);
});
