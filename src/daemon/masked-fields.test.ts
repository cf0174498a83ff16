import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { maskFields } from './masked-fields.ts';

describe('the fields of the log', () => {
  const cases: readonly [what: string, fields: object, shown: object][] = [
    [
      'plain ones',
      { port: 3000, home: '/h', ok: true, none: null },
      { port: 3000, home: '/h', ok: true, none: null },
    ],
    [
      'a secret in a text',
      { error: 'fetch http://u:hunter2@host failed' },
      { error: 'fetch http://u:***@host failed' },
    ],
    [
      'a header',
      { error: 'bad header "Authorization: Bearer abc"' },
      { error: 'bad header "Authorization: ***"' },
    ],
    ['a secret by its name', { token: 'abc', apiKey: 7 }, { token: '***', apiKey: '***' }],
    [
      'what is about one',
      { token_file: '/h/auth.token', hasToken: true },
      { token_file: '/h/auth.token', hasToken: true },
    ],
    [
      'lists and what lies deeper',
      { a: [{ password: 'x' }, 'app --token=y'] },
      { a: [{ password: '***' }, 'app --token=***'] },
    ],
  ];
  for (const [what, fields, shown] of cases)
    it(`are shown as they may be: ${what}`, () => assert.deepEqual(maskFields(fields), shown));

  it('say of an error what it says itself', () => {
    const { error } = maskFields({ error: new Error('token=abc') }) as { error: string };
    assert.match(error, /^Error: token=\*\*\*\n\s+at /);
  });

  it('end, also where they go in a circle', () => {
    const fields: Record<string, unknown> = { n: 1 };
    fields.self = fields;
    assert.match(JSON.stringify(maskFields(fields)), /"n":1.*…/);
  });
});
