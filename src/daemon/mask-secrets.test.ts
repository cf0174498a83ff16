import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { maskSecrets, maskToken } from './mask-secrets.ts';

describe('secrets in command lines', () => {
  const cases: readonly [string, string][] = [
    ['node server.js --port 3000', 'node server.js --port 3000'],
    ['app --token=hunter2 --port 1', 'app --token=*** --port 1'],
    ['app --token hunter2 --port 1', 'app --token *** --port 1'],
    ['app -password hunter2', 'app -password ***'],
    ['app --password "two words" x', 'app --password *** x'],
    ["app --api-key='k e y' x", 'app --api-key=*** x'],
    ['env API_KEY=abc SECRET_KEY=def node x', 'env API_KEY=*** SECRET_KEY=*** node x'],
    ['STRIPE_KEY=sk_live node x', 'STRIPE_KEY=*** node x'],
    ['GITHUB_TOKEN=ghp node x', 'GITHUB_TOKEN=*** node x'],
    ['psql postgres://bob:hunter2@localhost:5432/db', 'psql postgres://bob:***@localhost:5432/db'],
    ['redis-cli -u redis://:hunter2@localhost', 'redis-cli -u redis://:***@localhost'],
    ['curl http://localhost:3000/x?token=abc&y=1', 'curl http://localhost:3000/x?token=***&y=1'],
    ['curl -H "Authorization: Bearer abc.def"', 'curl -H "Authorization: ***"'],
    ['app --db-password=a --verbose', 'app --db-password=*** --verbose'],
    ['app --password --verbose', 'app --password --verbose'],
    ['vite --host localhost http://user@host/', 'vite --host localhost http://user@host/'],
    ['', ''],
  ];
  for (const [command, masked] of cases) it(command, () => assert.equal(maskSecrets(command), masked));
  it('are masked in what a hostile program calls itself, without hanging', () => {
    for (const piece of ['--a-token-', 'a.', 'token=', 'a://a:', '-', "'", '"', ' ', 'bearer ']) {
      const masked = maskSecrets(piece.repeat(100_000));
      assert.ok(masked.length < 20_000);
    }
  });
  it('a token shows its ends, a short one nothing', () => {
    assert.equal(maskToken(`abcd${'0'.repeat(56)}wxyz`), 'abcd***wxyz');
    assert.equal(maskToken('abcdefgh'), '***');
  });
});
