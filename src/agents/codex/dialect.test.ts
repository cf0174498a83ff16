import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NOTHING, object, replace, tell } from '../answer.ts';
import type { AgentEvent } from '../event.ts';
import { codex } from './dialect.ts';

/** As Codex sends it: every field of its schema. */
const PRE_TOOL_USE = {
  session_id: '0199a213-81c0-7800-8aa1-bbab2a035a53',
  turn_id: '3',
  transcript_path: null,
  cwd: '/work/app',
  hook_event_name: 'PreToolUse',
  model: 'gpt-5.2-codex',
  permission_mode: 'default',
  tool_name: 'Bash',
  tool_input: { command: 'npm run dev' },
  tool_use_id: 'call_1',
};

function read(more: object = {}): AgentEvent {
  const event = codex.read({ ...PRE_TOOL_USE, ...more });
  assert.ok(event !== null);
  return event;
}

describe('an event of Codex CLI', () => {
  it('is read', () => {
    const { occasion, command, cwd, permissionMode } = read();
    assert.deepEqual(
      [occasion, command, cwd, permissionMode],
      ['before-command', 'npm run dev', '/work/app', 'default'],
    );
    const after = read({ hook_event_name: 'PostToolUse', tool_response: 'Error: listen EADDRINUSE' });
    assert.deepEqual([after.occasion, after.output], ['after-command', 'Error: listen EADDRINUSE']);
    assert.equal(read({ hook_event_name: 'SessionStart', source: 'resume' }).isContinued, true);
  });

  it('is none of our business where it is about something else, or makes no sense', () => {
    for (const more of [{ hook_event_name: 'Stop' }, { session_id: 7 }, { cwd: null }])
      assert.equal(codex.read({ ...PRE_TOOL_USE, ...more }), null);
    assert.equal(read({ tool_input: { command: ['npm', 'run', 'dev'] } }).command, null);
    for (const body of [null, [], 'x', 7]) assert.equal(codex.read(body), null);
  });
});

describe('an answer to Codex CLI', () => {
  it('is what it takes: a changed input goes with `allow`, and `allow` with nothing else', () => {
    assert.deepEqual(codex.write(read(), replace('leave', 'styxy run -- npm run dev', 'port 3001')), {
      hookSpecificOutput: {
        hookEventName: 'PreToolUse',
        permissionDecision: 'allow',
        updatedInput: { command: 'styxy run -- npm run dev' },
        additionalContext: 'port 3001',
      },
    });
    assert.deepEqual(codex.write(read(), tell('taken')), {
      hookSpecificOutput: { hookEventName: 'PreToolUse', additionalContext: 'taken' },
    });
    assert.deepEqual(codex.write(read(), NOTHING), {});
  });

  it('never is `ask`, which it refuses', () => {
    assert.equal(codex.powers(read()).asks, 'no');
    for (const kind of ['deny', 'ask'] as const)
      assert.deepEqual(codex.write(read(), object(kind, 'not yours')), {
        hookSpecificOutput: {
          hookEventName: 'PreToolUse',
          permissionDecision: 'deny',
          permissionDecisionReason: 'not yours',
        },
      });
  });
});
