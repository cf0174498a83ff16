import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readWishes } from '../../src/agents/decide-pre-tool.ts';
import type { Powers } from '../../src/agents/dialect.ts';
import type { Granted } from '../../src/agents/pre-tool.ts';
import { grantedText, permissionFor, rewriteServers } from '../../src/agents/rewrite-servers.ts';
import { AROUND } from './shop.ts';

function granted(text: string, ...ports: number[]): Granted[] {
  const servers = readWishes(text, AROUND)?.servers ?? [];
  return servers.map((server, at) => ({
    server,
    lockId: `lock-${at}`,
    port: ports[at] ?? 5173,
    holder: null,
  }));
}

function rewritten(text: string): string {
  return rewriteServers(text, granted(text, 5173, 5174), ['styxy']);
}

describe('a line that is rewritten', () => {
  const cases: readonly [text: string, rewritten: string][] = [
    ['npm run dev', 'styxy run --lock lock-0 -p 5173 -- npm run dev'],
    [
      'cd web && PORT=1 npm  start  >x 2>&1 &',
      'cd web && PORT=1 styxy run --lock lock-0 -p 5173 -- npm  start  >x 2>&1 &',
    ],
    [
      'npm start & npm run dev # é ▸ 🦦',
      'styxy run --lock lock-0 -p 5173 -- npm start & styxy run --lock lock-1 -p 5174 -- npm run dev # é ▸ 🦦',
    ],
    ['nohup npm run dev &', 'nohup styxy run --lock lock-0 -p 5173 -- npm run dev &'],
  ];
  for (const [text, expected] of cases)
    it(text, () =>
      assert.equal(
        rewritten(text.replace('PORT=1 ', 'PORT=4001 ')),
        expected.replace('PORT=1 ', 'PORT=4001 '),
      ),
    );

  it('calls the program by any words', () => {
    const text = 'npm run dev';
    assert.equal(
      rewriteServers(text, granted(text), ['/opt/node 24/bin/node', "/it's/styxy.cjs"]),
      "'/opt/node 24/bin/node' '/it'\\''s/styxy.cjs' run --lock lock-0 -p 5173 -- npm run dev",
    );
  });

  it('is told in a sentence which port it has, and instead of which', () => {
    assert.equal(
      grantedText(granted('npm run dev', 5173)),
      'Styxy: Vite gets port 5173; use http://localhost:5173 for it.',
    );
    assert.match(grantedText(granted('npm run dev -- --port 3000', 5180)), /port 5180 instead of 3000;/);
    assert.match(grantedText(granted('npm run dev -- --port 3000', 3000)), /port 3000; use/);
    const moved = granted('npm run dev -- --port 3000', 5180).map((each) => ({
      ...each,
      holder: '"web" of "/b"',
    }));
    assert.equal(
      grantedText(moved),
      'Styxy: Vite gets port 5180 instead of 3000, which is held by "web" of "/b"; use http://localhost:5180 for it.',
    );
  });
});

describe('the permission of a rewritten line', () => {
  const alone = [
    'npm run dev',
    'cd packages/web && npm run dev > log 2>&1 &',
    'export PORT=4000; npm start',
    '(npm run dev)',
  ];
  const among = [
    'npm run dev | tee log',
    'npm run dev & curl localhost:5173',
    'rm -rf / ; npm run dev',
    'npm run dev --host "$(cat x)"',
    'npm start & npm run dev',
    'cd "$(rm x; pwd)" && npm run dev',
    '[[ $(rm x) ]] && npm run dev',
    'X+=$(rm x) npm run dev',
    'a[$(rm x)]=1; npm run dev',
    'npm run dev <<EOF\n`rm x`\nEOF',
    'export A=( $(rm x) ); npm run dev',
    '(( $(rm x) )); npm run dev',
    'case x in $(rm x)) ;; esac; npm run dev',
    'export A=( <(rm x) ); npm run dev',
  ];

  function permitted(
    text: string,
    mode: string | null,
    setting: 'auto' | 'ask' | 'off' = 'auto',
    powers: Powers = { asks: 'yes', rewrites: 'decides' },
  ): string | null {
    const wishes = readWishes(text, AROUND);
    return permissionFor({ isServerAlone: wishes?.isServerAlone ?? false }, mode, setting, powers);
  }

  it('is given where the server is all of it, and the agent would have asked nobody', () => {
    for (const mode of ['bypassPermissions', 'auto'])
      assert.deepEqual(
        [...alone, ...among].filter((text) => permitted(text, mode) === 'allow'),
        alone,
      );
  });

  it('is asked for where the agent asks anyway, in a mode that nobody knows, or where the user says so', () => {
    for (const mode of ['default', 'acceptEdits', 'plan', 'something', null])
      assert.equal(permitted('npm run dev', mode), 'ask');
    assert.equal(permitted('npm run dev', 'bypassPermissions', 'ask'), 'ask');
  });

  it('is not sought where asking means a refusal, or nothing is to be rewritten', () => {
    assert.equal(permitted('npm run dev', 'dontAsk'), null);
    assert.equal(permitted('npm run dev', 'auto', 'off'), null);
  });

  it("is left to the agent's own rules where they hold for what was changed", () => {
    const leaves: Powers = { asks: 'no', rewrites: 'leaves' };
    for (const text of [...alone, ...among])
      assert.equal(permitted(text, 'default', 'auto', leaves), 'leave');
    assert.equal(permitted('npm run dev', null, 'ask', leaves), null);
    assert.equal(permitted('npm run dev', null, 'ask', { ...leaves, asks: 'yes' }), 'ask');
    assert.equal(permitted('npm run dev', 'dontAsk', 'auto', leaves), null);
    const cautious: Powers = { asks: 'later', rewrites: 'leaves-alone' };
    assert.deepEqual(
      [...alone, ...among].filter((text) => permitted(text, null, 'auto', cautious) === 'leave'),
      alone,
    );
    assert.equal(permitted('npm run dev', 'auto', 'auto', { asks: 'yes', rewrites: 'no' }), null);
  });
});
