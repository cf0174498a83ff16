import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EndReason } from '../../core/audit.ts';
import type { KeepReason } from '../../core/reply.ts';
import { type Judged, reasonText } from './cleanup-reasons.ts';

const lease = {
  pid: 412,
  instance_id: 'agent-1',
  expires_at: '2026-01-02T03:04:05.000Z',
} as unknown as Judged;

/** Each reason once: the compiler says when one is missing. */
const WORDS: Record<EndReason | KeepReason, RegExp> = {
  'term-over': /term was over/,
  'holder-dead': /pid 412\) is dead/,
  'hold-closed': /is gone/,
  'instance-ended': /agent-1 is over/,
  'listener-gone': /went away/,
  forced: /--force/,
  listens: /server listens/,
  'orphan-listens': /--orphans/,
  held: /command holds it/,
  'holder-lives': /pid 412\) lives/,
  'holder-unknown': /may live/,
  'instance-lives': /agent-1 lives; its term ends in 1m/,
  'listener-unknown': /does not say who listens.*ends in 1m/,
  'stranger-listens': /stranger.*ends in 1m/,
  'term-runs': /for 1m more/,
};

describe('why a lease goes or stays', () => {
  for (const [reason, words] of Object.entries(WORDS)) {
    it(`${reason} has its words`, () => {
      const now = Date.parse('2026-01-02T03:02:35.000Z');
      assert.match(reasonText({ ...lease, reason }, now), words);
    });
  }
});
