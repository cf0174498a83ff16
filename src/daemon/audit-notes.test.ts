import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configChanged, repairs } from './audit-notes.ts';

const setAside = (id: string, reason = 'port is 0') => ({ table: 'lease' as const, id, reason });

test('what a damaged row says steers no terminal, and is readable again', () => {
  const odd = ['\u001b[2J', 'a\nb', '\u202e', '\u200b', '\u2028', '\u2029', '\ufffd', '\u0085'];
  for (const text of odd) {
    const [{ reason = null } = {}] = repairs([setAside(text)]);
    assert.equal(reason, `lease ${text.replace(/[^[2Jab]/gu, '?')}: port is 0`);
  }
  assert.match(configChanged(['a.\u001bb'])?.reason ?? '', /^a\.\?b$/);
});

test('a reason is bounded, and so is their number', () => {
  assert.equal(repairs([setAside('x'.repeat(600))])[0]?.reason?.length, 500);
  const told = repairs(Array.from({ length: 25 }, (_, i) => setAside(String(i))));
  assert.deepEqual([told.length, told.at(-1)?.reason], [21, '5 more were set aside']);
  assert.equal(
    configChanged(Array.from({ length: 21 }, (_, i) => `k${i}`)).reason?.endsWith('k19 and 1 more'),
    true,
  );
});
