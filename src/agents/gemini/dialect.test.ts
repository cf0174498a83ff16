import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NOTHING, object, replace, tell } from '../answer.ts';
import type { AgentEvent } from '../event.ts';
import { gemini } from './dialect.ts';

const BEFORE_TOOL = {
  session_id: 'a1b2',
  transcript_path: '/home/me/.gemini/tmp/chat.json',
  cwd: '/work/app',
  hook_event_name: 'BeforeTool',
  timestamp: '2026-11-25T18:00:00.000Z',
  tool_name: 'run_shell_command',
  tool_input: { command: 'npm run dev', description: 'Start', dir_path: 'packages/web' },
};

function read(more: object = {}): AgentEvent {
  const event = gemini.read({ ...BEFORE_TOOL, ...more });
  assert.ok(event !== null);
  return event;
}

describe('an event of Gemini CLI', () => {
  it('is read, with the directory that the command runs in', () => {
    const { occasion, command, directory } = read();
    assert.deepEqual([occasion, command, directory], ['before-command', 'npm run dev', 'packages/web']);
    assert.equal(read({ tool_input: { command: 'x', directory: 'api' } }).directory, 'api');
    const response = { llmContent: 'Output: EADDRINUSE', returnDisplay: 'EADDRINUSE' };
    assert.match(read({ hook_event_name: 'AfterTool', tool_response: response }).output, /EADDRINUSE/);
    assert.equal(read({ hook_event_name: 'SessionStart', source: 'clear' }).isContinued, true);
    assert.equal(read({ hook_event_name: 'SessionEnd', reason: 'clear' }).reason, 'clear');
  });

  it('is none of our business where it is about something else, or makes no sense', () => {
    for (const more of [{ hook_event_name: 'BeforeModel' }, { session_id: undefined }, { cwd: 1 }])
      assert.equal(gemini.read({ ...BEFORE_TOOL, ...more }), null);
    for (const body of [null, [], 'x']) assert.equal(gemini.read(body), null);
  });
});

describe('an answer to Gemini CLI', () => {
  it('has the changed field alone, which is merged into the others', () => {
    assert.deepEqual(gemini.write(read(), replace('leave', 'styxy run -- npm run dev', 'port 3001')), {
      systemMessage: 'port 3001',
      hookSpecificOutput: {
        hookEventName: 'BeforeTool',
        tool_input: { command: 'styxy run -- npm run dev' },
      },
    });
  });

  it('never allows anything, and refuses where somebody would have to be asked', () => {
    for (const kind of ['deny', 'ask'] as const)
      assert.deepEqual(gemini.write(read(), object(kind, 'why')), { decision: 'deny', reason: 'why' });
    assert.deepEqual(gemini.write(read(), NOTHING), {});
  });

  it('tells the agent after a command, and the user before one', () => {
    assert.deepEqual(gemini.write(read(), tell('taken')), { systemMessage: 'taken' });
    assert.deepEqual(gemini.write(read({ hook_event_name: 'AfterTool' }), tell('taken')), {
      hookSpecificOutput: { hookEventName: 'AfterTool', additionalContext: 'taken' },
    });
  });
});
