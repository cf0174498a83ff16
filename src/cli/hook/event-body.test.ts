import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fitting, parseEvent } from './event-body.ts';

describe('the body of an event', () => {
  it('is the event itself', () => {
    const event = parseEvent('{"hook_event_name":"PreToolUse","tool_input":{"command":"ls"}}');
    assert.equal(event?.isOfTool, true);
    assert.equal(event === null ? null : fitting(event), event?.fields);
  });

  it('is none for what is no event', () => {
    for (const text of ['', '{', '[]', 'null', '7', '{}', '{"hook_event_name":7}'])
      assert.equal(parseEvent(text), null);
  });

  it('keeps the end of a long output, and nothing of a long command', () => {
    const long = 'é'.repeat(100_000);
    const output = {
      hook_event_name: 'PostToolUse',
      session_id: 's',
      tool_response: { stdout: `${long}EADDRINUSE` },
    };
    const body = fitting({ name: 'PostToolUse', isOfTool: true, fields: output });
    assert.match(String(body?.tool_response), /EADDRINUSE$/);
    assert.equal(body?.session_id, 's');
    assert.ok(Buffer.byteLength(JSON.stringify(body)) < 60_000);
    const command = { hook_event_name: 'PreToolUse', tool_input: { command: long } };
    assert.equal(fitting({ name: 'PreToolUse', isOfTool: true, fields: command }), null);
  });
});
