import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { replace, tell } from '../answer.ts';
import type { AgentEvent } from '../event.ts';
import { claude } from './dialect.ts';

const COMMON = { session_id: 's', cwd: '/work/app', hook_event_name: 'PostToolUse', transcript_path: '/t' };

function read(more: object): AgentEvent {
  const event = claude.read({ ...COMMON, ...more });
  assert.ok(event !== null);
  return event;
}

describe('an event of Claude Code', () => {
  it('is read with what is known of it', () => {
    const event = read({
      tool_name: 'Bash',
      tool_input: { command: 'npm run dev' },
      tool_response: { stdout: 'one', stderr: 'two', isImage: false },
      permission_mode: 7,
    });
    assert.equal(event.output, 'one\ntwo');
    assert.equal(event.command, 'npm run dev');
    assert.equal(event.permissionMode, null);
  });

  it('may have an error instead of an answer', () => {
    const failed = read({ hook_event_name: 'PostToolUseFailure', error: 'EADDRINUSE' });
    assert.deepEqual([failed.occasion, failed.output], ['failed-command', 'EADDRINUSE']);
  });

  it('tells of a session that goes on, and of one that moves', () => {
    const started = (source: string): boolean =>
      read({ hook_event_name: 'SessionStart', source }).isContinued;
    assert.deepEqual(['startup', 'resume', 'clear', 'fork'].map(started), [false, true, true, true]);
    assert.equal(read({ hook_event_name: 'CwdChanged', new_cwd: '/work/b' }).cwd, '/work/b');
  });

  it('is none without a session, a name or a directory', () => {
    const bodies = [null, [], 'x', {}, { ...COMMON, session_id: 4 }, { ...COMMON, cwd: undefined }];
    for (const body of [...bodies, { ...COMMON, hook_event_name: 'Stop' }])
      assert.equal(claude.read(body), null);
  });

  it('is none where another agent runs the hooks of these settings: it has its own', () => {
    assert.equal(claude.read({ ...COMMON, cursor_version: '3.1.0' }), null);
    const { transcript_path: _, ...bare } = COMMON;
    assert.equal(claude.read({ ...bare, timestamp: '2026-11-25T18:00:00.000Z' }), null);
    assert.ok(claude.read({ ...COMMON, timestamp: '2026-11-25T18:00:00.000Z' }) !== null);
  });
});

describe('an answer to Claude Code', () => {
  it('has no more context than it takes', () => {
    const said = claude.write(read({}), tell('x'.repeat(20_000))).hookSpecificOutput;
    assert.equal((said as { additionalContext: string }).additionalContext.length, 10_000);
  });

  it('replaces the whole input', () => {
    const event = read({ hook_event_name: 'PreToolUse', tool_input: { command: 'a', timeout: 5 } });
    assert.deepEqual(claude.write(event, replace('ask', 'b', 'why')), {
      hookSpecificOutput: {
        hookEventName: 'PreToolUse',
        permissionDecision: 'ask',
        permissionDecisionReason: 'why',
        updatedInput: { command: 'b', timeout: 5 },
        additionalContext: 'why',
      },
    });
  });
});
