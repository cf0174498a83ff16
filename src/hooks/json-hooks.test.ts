import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HOOKED_AGENTS } from './hooked-agents.ts';

const CLAUDE = HOOKED_AGENTS.claude.text;
const call = (event: string): string => `'/home/me/.styxy/hooks/claude' ${event}`;
const COUNT = 7;

function withHooks(text: string): string | null {
  return CLAUDE.put(text, call);
}

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
      const installed = withHooks(text);
      assert.ok(installed !== null);
      assert.equal(CLAUDE.found(installed).length, COUNT);
      assert.ok(isWithin(text, installed), installed);
      assert.equal(withHooks(installed), installed, 'a second time nothing changes');
      const removed = CLAUDE.take(installed);
      assert.deepEqual(CLAUDE.found(removed ?? ''), []);
      assert.equal(removed?.replaceAll(/\s|,(?=\s*[}\]])/g, ''), withoutEmpty(text));
    });
  }

  it('replace those of another version, and leave what somebody else put beside them', () => {
    const old = CLAUDE.put(COMMENTED, (event) => `old ${event}`) ?? '';
    const renewed = withHooks(old) ?? '';
    assert.equal(CLAUDE.found(renewed).length, COUNT);
    assert.doesNotMatch(renewed, /old /);
    const shared = renewed.replace(
      '# styxy hook claude", "timeout": 5 }',
      '# styxy hook claude", "timeout": 5 }, { "type": "command", "command": "mine" }',
    );
    assert.notEqual(shared, renewed);
    assert.match(CLAUDE.take(shared) ?? '', /"command": "mine"/);
    const more = renewed.replace('"timeout": 5 }', '"timeout": 5, "statusMessage": "ports" }');
    assert.equal(withHooks(more), more, 'what was added to one of ours stays');
  });

  it('go into no text that is no object, or has something else in their place', () => {
    for (const text of ['[]', '{', 'null', '{"hooks": []}', '{"hooks": {"PreToolUse": {}}}'])
      assert.equal(withHooks(text), null, text);
    assert.ok(withHooks('') !== null);
  });
});

describe('hooks in a list', () => {
  const { text } = HOOKED_AGENTS.cursor;
  const mine = '{"version": 1, "hooks": {"preToolUse": [{"command": "a", "matcher": "Read"}], "stop": []}}';

  it('are put behind those of others, and taken out again', () => {
    const installed = text.put(mine, call) ?? '';
    assert.equal(JSON.parse(installed).hooks.preToolUse.length, 2);
    assert.equal(JSON.parse(installed).hooks.preToolUse[1].matcher, 'Shell');
    assert.equal(text.put(installed, call), installed);
    assert.deepEqual(JSON.parse(String(text.take(installed))), JSON.parse(mine));
  });

  it('come with the version that a file must have', () => {
    assert.equal(JSON.parse(text.put(null, call) ?? '').version, 1);
    assert.equal(JSON.parse(text.put('{"hooks": {}}', call) ?? '').version, 1);
    assert.equal(JSON.parse(text.put('{"version": 2}', call) ?? '').version, 2);
  });

  it('are of one agent alone', () => {
    const installed = text.put(null, call) ?? '';
    assert.deepEqual(HOOKED_AGENTS.copilot.text.found(installed), []);
  });
});

/** What is left when only our own was taken out; an object of hooks that is empty goes with them. */
function withoutEmpty(text: string): string {
  return text.replaceAll(/\s|,(?=\s*[}\]])/g, '');
}
