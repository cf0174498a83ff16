import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { replace, tell } from './answer.ts';
import { readClaudeEvent } from './event.ts';

const COMMON = { session_id: 's', cwd: '/work/app', hook_event_name: 'PostToolUse' };

describe('an event of Claude Code', () => {
  it('is read with what is known of it', () => {
    const event = readClaudeEvent({
      ...COMMON,
      tool_name: 'Bash',
      tool_input: { command: 'npm run dev' },
      tool_response: { stdout: 'one', stderr: 'two', isImage: false },
      permission_mode: 7,
    });
    assert.equal(event?.output, 'one\ntwo');
    assert.deepEqual(event?.toolInput, { command: 'npm run dev' });
    assert.equal(event?.permissionMode, null);
  });

  it('may have an error instead of an answer', () => {
    assert.equal(readClaudeEvent({ ...COMMON, error: 'EADDRINUSE' })?.output, 'EADDRINUSE');
  });

  it('is none without a session, a name or a directory', () => {
    for (const body of [null, [], 'x', {}, { ...COMMON, session_id: 4 }, { ...COMMON, cwd: undefined }])
      assert.equal(readClaudeEvent(body), null);
  });
});

describe('an answer to Claude Code', () => {
  it('has no more context than it takes', () => {
    const { additionalContext: context } = tell('PostToolUse', 'x'.repeat(20_000))
      .hookSpecificOutput as Record<string, string>;
    assert.equal(context?.length, 10_000);
  });

  it('replaces the whole input', () => {
    const input = { command: 'a', timeout: 5 };
    const { updatedInput } = replace('ask', input, 'why').hookSpecificOutput as Record<string, unknown>;
    assert.deepEqual(updatedInput, input);
  });
});
