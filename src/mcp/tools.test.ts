import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Desk } from './desk.ts';
import { verdictOn } from './port-look.ts';
import { TOOLS } from './tools.ts';

describe('the tools', () => {
  it('are eight at most', () => {
    assert.ok(TOOLS.length <= 8);
    assert.equal(new Set(TOOLS.map(({ name }) => name)).size, TOOLS.length);
  });

  for (const { name, title, description, input, output, annotations } of TOOLS) {
    it(`${name} says for which directory it speaks, and all that a client asks its user by`, () => {
      assert.match(name, /^[a-z_]{1,40}$/);
      assert.ok(title.length <= 40, title);
      assert.match(description, /[.?`]$/);
      assert.ok((input.required as string[]).includes('cwd'));
      assert.equal((input as { additionalProperties?: unknown }).additionalProperties, false);
      assert.ok(Object.keys(output.properties).length > 0);
      assert.deepEqual(Object.keys(annotations).sort(), [
        'destructiveHint',
        'idempotentHint',
        'openWorldHint',
        'readOnlyHint',
      ]);
      assert.equal((input.required as string[]).includes('confirm'), annotations.destructiveHint);
    });
  }
});

describe('the clean-up of an agent', () => {
  it('asks the daemon for a dry run until it is confirmed, and never by force', async () => {
    const asked: unknown[] = [];
    const desk = {
      projectOf: () => ({ path: '/a' }),
      ask: async (_method: string, _path: string, body: unknown) => {
        asked.push(body);
        return { cleaned: [], kept: 3 };
      },
    } as unknown as Desk;
    const tool = TOOLS.find(({ name }) => name === 'cleanup');
    for (const confirm of [false, true]) {
      const answer = await tool?.call({ cwd: '/a', confirm }, desk);
      assert.deepEqual(answer?.output, { done: confirm, cleaned: [], count: 0, kept: 3 });
    }
    assert.deepEqual(asked, [
      { force: false, dry_run: true },
      { force: false, dry_run: false },
    ]);
  });
});

describe('the verdict on a port', () => {
  it('never tells an agent to end what may be somebody else’s', () => {
    const verdicts = (['free', 'reserved-by-you', 'yours', 'anothers', 'a-stranger', 'unknown'] as const).map(
      (holder) => verdictOn({ port: 3000, holder }),
    );
    assert.ok(verdicts.every((verdict) => verdict.startsWith('Port 3000 ')));
    assert.match(verdicts[3] ?? '', /Never end its server/);
    assert.match(verdicts[4] ?? '', /do not end it unless you started it/);
    assert.match(verdicts[5] ?? '', /may be free or taken/);
    assert.ok(verdicts.slice(0, 3).every((verdict) => !/\b(?:kill|end)\b/.test(verdict)));
  });
});
