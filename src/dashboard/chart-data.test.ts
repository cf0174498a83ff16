import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { HistoryMinute } from '../api/schemas-dashboard.ts';
import { CHARTS, chartSentence, columnsOf, numberText } from './chart-data.ts';

const minute = (at: string, changes: Partial<HistoryMinute>): HistoryMinute => ({
  at,
  granted: 0,
  existing: 0,
  refused: 0,
  conflicts: 0,
  hijacks: 0,
  latency_ms: null,
  ...changes,
});

it('the charts have a column for each line, and say in a sentence what they show', () => {
  const minutes = [
    minute('2026-01-01T00:00:00.000Z', { granted: 7, latency_ms: { median: 0.81, p95: 12.4, samples: 7 } }),
    minute('2026-01-01T00:01:00.000Z', { granted: 2, refused: 1 }),
  ];
  const [allocations, , latency] = CHARTS;
  assert.ok(allocations !== undefined && latency !== undefined);
  assert.deepEqual(columnsOf(allocations, minutes), [
    [1_767_223_860, 1_767_225_600, 1_767_225_660],
    [null, 7, 2],
    [null, 0, 0],
    [null, 0, 1],
  ]);
  assert.deepEqual(columnsOf(latency, minutes)[1], [null, 0.81, null]);
  assert.equal(
    chartSentence(latency, minutes),
    'Latency of an allocation over 2 minutes: median 0.81 ms now, 0.81 ms at most; 95 % 12 ms now, 12 ms at most',
  );
  assert.equal(numberText(null, ' ms'), '–');
  assert.equal(numberText(1234.5, ''), '1,235');
});
