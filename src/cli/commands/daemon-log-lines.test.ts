import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { plainLine, prettyLines } from './daemon-log-lines.ts';

const TIME = new Date(2026, 10, 25, 9, 5, 7).toISOString();
const line = (fields: object): string => JSON.stringify({ level: 40, time: TIME, pid: 7, ...fields });

describe('an entry of the log', () => {
  const cases: readonly [entry: string, shown: string][] = [
    [line({ msg: 'said' }), `${TIME} WARN said`],
    [line({ port: 3000, msg: 'said' }), `${TIME} WARN said port=3000`],
    [line({ reason: 'two words', list: [1], msg: 'said' }), `${TIME} WARN said reason="two words" list=[1]`],
    [line({ error: 'a\nb', msg: 'said' }), String.raw`${TIME} WARN said error="a\nb"`],
    ['no JSON \u001b[2J', String.raw`no JSON \x1b[2J`],
    ['7', '7'],
    [JSON.stringify({ level: 35, msg: '\u001b[31mred' }), String.raw`35 \x1b[31mred`],
  ];
  for (const [entry, shown] of cases)
    it(`is one line for other programs: ${JSON.stringify(shown)}`, () =>
      assert.equal(plainLine(entry), shown));

  it('has the time of day for people, and a long text below it', () => {
    assert.deepEqual(
      prettyLines(line({ port: 3000, error: 'Error: x\n    at y\u001b[2J', level: 30, msg: 'said' })),
      ['09:05:07 INFO  said port=3000', '    error:', '      Error: x', '          at y\\x1b[2J'],
    );
  });

  it('keeps a time that is none', () =>
    assert.deepEqual(prettyLines('{"time":"soon","msg":"x"}'), ['soon       x']));
});
