import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NOTHING, object, replace, tell } from '../answer.ts';
import type { AgentEvent } from '../event.ts';
import { copilot } from './dialect.ts';

const ARGS = { command: 'npm run dev', description: 'Start', mode: 'async', sessionId: 'shell1' };
/** As the command line passes it on, with the event's name from the settings. */
const PRE_TOOL_USE = {
  hook_event_name: 'preToolUse',
  sessionId: 'c0ffee',
  timestamp: 1_764_093_600_000,
  cwd: '/work/app',
  toolName: 'bash',
  toolArgs: ARGS,
};

function read(more: object = {}): AgentEvent {
  const event = copilot.read({ ...PRE_TOOL_USE, ...more });
  assert.ok(event !== null);
  return event;
}

describe('an event of Copilot CLI', () => {
  it('is read, its arguments packed or not', () => {
    for (const toolArgs of [ARGS, JSON.stringify(ARGS)]) {
      const event = read({ toolArgs });
      assert.deepEqual([event.command, event.toolInput], ['npm run dev', ARGS]);
    }
    assert.equal(read({ toolArgs: '{' }).command, null);
  });

  it('has an output, an error, a source or a reason', () => {
    const toolResult = { resultType: 'success', textResultForLlm: 'listen EADDRINUSE' };
    assert.match(read({ hook_event_name: 'postToolUse', toolResult }).output, /EADDRINUSE/);
    const failed = read({ hook_event_name: 'postToolUseFailure', error: 'EADDRINUSE' });
    assert.deepEqual([failed.occasion, failed.output], ['failed-command', 'EADDRINUSE']);
    const isContinued = (source: string): boolean =>
      read({ hook_event_name: 'sessionStart', source }).isContinued;
    assert.deepEqual(['startup', 'new', 'resume'].map(isContinued), [false, false, true]);
    assert.equal(read({ hook_event_name: 'sessionEnd', reason: 'complete' }).reason, 'complete');
  });

  it('is none of our business where it is about something else, or makes no sense', () => {
    for (const more of [{ hook_event_name: 'agentStop' }, { sessionId: '' }, { cwd: {} }])
      assert.equal(copilot.read({ ...PRE_TOOL_USE, ...more }), null);
    for (const body of [null, [], 'x']) assert.equal(copilot.read(body), null);
  });
});

describe('an answer to Copilot CLI', () => {
  it('changes the arguments without a decision, or with a question where the user wants one', () => {
    const modifiedArgs = { ...ARGS, command: 'styxy run -- npm run dev' };
    const changed = (permission: 'leave' | 'ask') =>
      copilot.write(read(), replace(permission, modifiedArgs.command, 'port 3001'));
    assert.deepEqual(changed('leave'), { modifiedArgs });
    assert.deepEqual(changed('ask'), {
      permissionDecision: 'ask',
      permissionDecisionReason: 'port 3001',
      modifiedArgs,
    });
  });

  it('refuses or asks with a reason, and tells after a command alone', () => {
    for (const kind of ['deny', 'ask'] as const)
      assert.deepEqual(copilot.write(read(), object(kind, 'why')), {
        permissionDecision: kind,
        permissionDecisionReason: 'why',
      });
    assert.deepEqual(copilot.write(read(), tell('taken')), {});
    assert.deepEqual(copilot.write(read(), NOTHING), {});
    assert.deepEqual(copilot.write(read({ hook_event_name: 'postToolUse' }), tell('taken')), {
      additionalContext: 'taken',
    });
  });
});
