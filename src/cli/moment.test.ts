import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UsageError } from './command.ts';
import { momentText } from './moment.ts';

const NOW = Date.parse('2026-11-25T12:00:00Z');

describe('a moment', () => {
  it('is how long ago, a time of today, a day or a time', () => {
    const local = (...parts: [number, number, number, number, number]) => new Date(...parts).toISOString();
    const today = new Date(NOW);
    today.setHours(9, 30, 0, 0);
    const cases: [text: string, moment: string][] = [
      ['0s', '2026-11-25T12:00:00.000Z'],
      ['90s', '2026-11-25T11:58:30.000Z'],
      ['2h', '2026-11-25T10:00:00.000Z'],
      ['7d', '2026-11-18T12:00:00.000Z'],
      ['1w', '2026-11-18T12:00:00.000Z'],
      ['9:30', today.toISOString()],
      ['2026-11-25', local(2026, 10, 25, 0, 0)],
      ['2026-11-25T09:30', local(2026, 10, 25, 9, 30)],
      ['2026-11-25 09:30', local(2026, 10, 25, 9, 30)],
      ['2026-11-25T09:30:15.5Z', '2026-11-25T09:30:15.500Z'],
      ['2026-11-25T09:30+02:00', '2026-11-25T07:30:00.000Z'],
    ];
    for (const [text, moment] of cases) assert.equal(momentText(text, 'since', NOW), moment, text);
  });

  it('is nothing else', () => {
    const wrong = [
      '',
      'yesterday',
      '2',
      '2 h',
      '-2h',
      '25:00',
      '9:60',
      '2026-13-01',
      '2026-11-31',
      '2026-11',
    ];
    for (const text of [...wrong, '2026-11-25T25:00', '1e3s', '9999999h'])
      assert.throws(() => momentText(text, 'since', NOW), UsageError, text);
  });
});
