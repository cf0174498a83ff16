import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hooksIn, wantedHooks, withHooks, withoutHooks } from './claude-settings.ts';

const WANTED = wantedHooks((event) => `'/home/me/.styxy/hooks/claude' ${event}`);

const COMMENTED = `{
  // my own
  "model": "opus", /* the large one */
  "hooks": {
    "PreToolUse": [
      {
        "matcher": "Write", // mine
        "hooks": [{ "type": "command", "command": "prettier" }]
      }
      // behind it
    ],
    "Stop": []
  },
  "permissions": { "allow": ["Bash(ls:*)"] },
}
`;

const TEXTS: Readonly<Record<string, string>> = {
  'an empty object': '{}\n',
  'comments, order and hooks of others': COMMENTED,
  'one line':
    '{"hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": "x"}]}]}}',
  tabs: '{\n\t"model": "opus",\n\t"hooks": {\n\t\t"Stop": [\n\t\t\t{ "hooks": [] }\n\t\t]\n\t}\n}',
  'line ends of Windows': '{\r\n  "model": "opus"\r\n}\r\n',
};

/** Whether all of `part` stands in `whole` in this order. */
function isWithin(part: string, whole: string): boolean {
  let at = 0;
  for (const letter of part) {
    at = whole.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

describe("hooks in an agent's settings", () => {
  for (const [what, text] of Object.entries(TEXTS)) {
    it(`are put into ${what}, and taken out again`, () => {
      const installed = withHooks(text, WANTED);
      assert.ok(installed !== null);
      assert.deepEqual(
        hooksIn(installed)
          .map(({ event }) => event)
          .sort(),
        WANTED.map(({ event }) => event).sort(),
      );
      assert.ok(isWithin(text, installed), installed);
      assert.equal(withHooks(installed, WANTED), installed, 'a second time nothing changes');
      const removed = withoutHooks(installed);
      assert.deepEqual(hooksIn(removed ?? ''), []);
      assert.equal(removed?.replaceAll(/\s|,(?=\s*[}\]])/g, ''), withoutEmpty(text));
    });
  }

  it('replace those of another version, and leave what somebody else put beside them', () => {
    const old =
      withHooks(
        COMMENTED,
        wantedHooks((event) => `old ${event}`),
      ) ?? '';
    const renewed = withHooks(old, WANTED) ?? '';
    assert.equal(hooksIn(renewed).length, WANTED.length);
    assert.doesNotMatch(renewed, /old /);
    const shared = renewed.replace(
      '# styxy hook claude", "timeout": 5 }',
      '# styxy hook claude", "timeout": 5 }, { "type": "command", "command": "mine" }',
    );
    assert.notEqual(shared, renewed);
    assert.match(withoutHooks(shared) ?? '', /"command": "mine"/);
  });

  it('go into no text that is no object, or has something else in their place', () => {
    for (const text of ['[]', '{', 'null', '{"hooks": []}', '{"hooks": {"PreToolUse": {}}}'])
      assert.equal(withHooks(text, WANTED), null, text);
    assert.ok(withHooks('', WANTED) !== null);
  });
});

/** What is left when only our own was taken out; an object of hooks that is empty goes with them. */
function withoutEmpty(text: string): string {
  return text.replaceAll(/\s|,(?=\s*[}\]])/g, '');
}
