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
    ['app --passwd "two words" x', 'app --passwd *** x'],
    ["app --passwd='two words' x", 'app --passwd=*** x'],
    [String.raw`app --pass "it's \"so\" x" y`, 'app --pass *** y'],
    ['redis-server --requirepass hunter2 --port 1', 'redis-server --requirepass *** --port 1'],
    ['DB_PASS=hunter2 ADMIN_PW=x PGPASSWORD=y app', 'DB_PASS=*** ADMIN_PW=*** PGPASSWORD=*** app'],
    ['app --pat abc --cookie a=b', 'app --pat *** --cookie ***'],
    ["app --cookie 'a=b; c=d' x", 'app --cookie *** x'],
    [`app '{"password":"hunter2","port":1}'`, `app '{"password":***,"port":1}'`],
    ["curl -H 'Cookie: a=b; c=d' x", "curl -H 'Cookie: ***' x"],
    ["curl -H 'Authorization: Custom a b' x", "curl -H 'Authorization: ***' x"],
    ['curl -H X-Api-Key: abc http://x', 'curl -H X-Api-Key: *** http://x'],
    ['curl -u bob:hunter2 http://x', 'curl -u bob:*** http://x'],
    ["/usr/bin/curl -ubob:hunter2 --user 'bob:two words' x", "/usr/bin/curl -ubob:*** --user 'bob:***' x"],
    ['curl -b session=abc http://x', 'curl -b *** http://x'],
    ['docker run -u 1000:1000 web', 'docker run -u 1000:1000 web'],
    ['mysql -uroot -phunter2 db', 'mysql -uroot -p*** db'],
    ['mysqldump -p db -P 3306', 'mysqldump -p db -P 3306'],
    ['ssh -p2222 host', 'ssh -p2222 host'],
    ['sshpass -p hunter2 ssh host', 'sshpass -p *** ssh host'],
    ['redis-cli -a hunter2 ping', 'redis-cli -a *** ping'],
    ['ldapsearch -x -w hunter2', 'ldapsearch -x -w ***'],
    ['sqlcmd -U sa -P hunter2', 'sqlcmd -U sa -P ***'],
    ['docker login -u bob -p hunter2 r', 'docker login -u bob -p *** r'],
    ['docker run -p 80:80 web', 'docker run -p 80:80 web'],
    ['git clone https://ghp_0123456789abcdefABCD@github.com/x', 'git clone https://ghp_***@github.com/x'],
    ['app github_pat_0123456789abcdefABCD', 'app github_pat_***'],
    ['app glpat-0123456789abcdefABCD', 'app glpat-***'],
    [`app npm_${'a1'.repeat(18)}`, 'app npm_***'],
    ['app sk-ant-api03-0123456789abcdef', 'app sk-***'],
    ['app sk-learn-is-a-library-of-python', 'app sk-learn-is-a-library-of-python'],
    ['app sk_live_0123456789', 'app sk_live_***'],
    ['app AKIAIOSFODNN7EXAMPLE', 'app AKIA***'],
    [`app AIza${'x'.repeat(35)}`, 'app AIza***'],
    ['app eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl x', 'app eyJ*** x'],
    ["app '-----BEGIN RSA PRIVATE KEY-----\ufffdMII abc' x", "app '-----BEGIN RSA PRIVATE KEY-----***' x"],
    ['app bearer abc.def', 'app bearer ***'],
    ['app basic Ym9iOmh1bnRlcjI= x', 'app basic *** x'],
    ['app basic training Basic Authentication', 'app basic training Basic Authentication'],
    ['psql postgres://bob:p@ss@localhost/db', 'psql postgres://bob:***@localhost/db'],
    ["psql 'postgres://bob:two words@localhost/db'", "psql 'postgres://bob:***@localhost/db'"],
    ['curl http://localhost:3000/x mail@host', 'curl http://localhost:3000/x mail@host'],
    ['jest --passWithNoTests src/a.test.ts', 'jest --passWithNoTests src/a.test.ts'],
    ['app --token-file /run/token --auth-type none', 'app --token-file /run/token --auth-type none'],
    ['app --ssl-key key.pem --author me', 'app --ssl-key key.pem --author me'],
    ['node compass bypass --bypass x monkey=1', 'node compass bypass --bypass x monkey=1'],
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
