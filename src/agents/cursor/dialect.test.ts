import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NOTHING, object, replace, tell } from '../answer.ts';
import type { AgentEvent } from '../event.ts';
import { cursor } from './dialect.ts';

const COMMON = {
  conversation_id: '668320d2-2fd8-4888-b33c-2a466fec86e7',
  generation_id: '490b90b7-a2ce',
  model: 'composer-2',
  cursor_version: '3.1.0',
  workspace_roots: ['/work/app', '/work/docs'],
  user_email: null,
  transcript_path: null,
};
const TOOL = {
  hook_event_name: 'preToolUse',
  tool_name: 'Shell',
  tool_input: { command: 'npm run dev', working_directory: '/work/app/web', is_background: true },
  tool_use_id: 't1',
  cwd: '',
};
const SHELL = { hook_event_name: 'beforeShellExecution', command: 'npx kill-port 3000', cwd: '/work/app' };

function read(more: object): AgentEvent {
  const event = cursor.read({ ...COMMON, ...more });
  assert.ok(event !== null);
  return event;
}

describe('an event of Cursor', () => {
  it('is read, whichever of the two a command meets', () => {
    const tool = read(TOOL);
    assert.deepEqual(
      [tool.occasion, tool.command, tool.cwd, tool.directory],
      ['before-command', 'npm run dev', '/work/app', '/work/app/web'],
    );
    const shell = read(SHELL);
    assert.deepEqual(
      [shell.occasion, shell.command, shell.directory],
      ['before-command', SHELL.command, null],
    );
    assert.equal(shell.sessionId, COMMON.conversation_id);
  });

  it('has what a tool printed in a text of JSON, or as it is', () => {
    const after = { ...TOOL, hook_event_name: 'postToolUse' };
    const packed = JSON.stringify({ output: 'a\nlisten EADDRINUSE', exitCode: 1 });
    assert.equal(read({ ...after, tool_output: packed }).output, 'a\nlisten EADDRINUSE');
    assert.equal(read({ ...after, tool_output: 'listen EADDRINUSE' }).output, 'listen EADDRINUSE');
  });

  it('is none of our business where it is about something else, or makes no sense', () => {
    for (const more of [{ hook_event_name: 'beforeReadFile' }, { ...TOOL, conversation_id: null }])
      assert.equal(cursor.read({ ...COMMON, ...more }), null);
    assert.equal(cursor.read({ ...COMMON, ...TOOL, workspace_roots: [] }), null);
    assert.equal(read({ ...TOOL, tool_input: '{' }).command, null);
    for (const body of [null, [], 'x']) assert.equal(cursor.read(body), null);
  });
});

describe('an answer to Cursor', () => {
  it('changes the whole input before a tool, where nothing else is in the line', () => {
    const event = read(TOOL);
    assert.deepEqual(cursor.powers(event), { asks: 'later', rewrites: 'leaves-alone' });
    assert.deepEqual(cursor.write(event, replace('leave', 'styxy run -- npm run dev', 'port 3001')), {
      permission: 'allow',
      updated_input: { ...TOOL.tool_input, command: 'styxy run -- npm run dev' },
    });
  });

  it('asks before a command of the shell, which it cannot change', () => {
    const event = read(SHELL);
    assert.deepEqual(cursor.powers(event), { asks: 'yes', rewrites: 'no' });
    for (const kind of ['ask', 'deny'] as const)
      assert.deepEqual(cursor.write(event, object(kind, 'why')), {
        permission: kind,
        user_message: 'why',
        agent_message: 'why',
      });
  });

  it('tells the agent after a command, and nothing before one', () => {
    assert.deepEqual(cursor.write(read(TOOL), tell('taken')), {});
    assert.deepEqual(cursor.write(read(SHELL), NOTHING), {});
    const after = read({ ...TOOL, hook_event_name: 'postToolUse' });
    assert.deepEqual(cursor.write(after, tell('taken')), { additional_context: 'taken' });
  });
});
