import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fitting, isOfTool, parseEvent } from './event-body.ts';

describe('the body of an event', () => {
  it('is the event itself', () => {
    const event = parseEvent(
      'claude',
      null,
      '{"hook_event_name":"PreToolUse","tool_input":{"command":"ls"}}',
    );
    assert.ok(event !== null && isOfTool(event));
    assert.equal(fitting(event), event.fields);
  });

  it('is named by the settings where it does not say its name', () => {
    assert.equal(parseEvent('claude', 'PreToolUse', '{}')?.fields.hook_event_name, 'PreToolUse');
    assert.equal(
      parseEvent('claude', 'PreToolUse', '{"hook_event_name":"SessionEnd"}')?.occasion,
      'session-end',
    );
  });

  it('is none for what is no event, or none of our business', () => {
    for (const text of [
      '',
      '{',
      '[]',
      'null',
      '7',
      '{}',
      '{"hook_event_name":7}',
      '{"hook_event_name":"Stop"}',
    ])
      assert.equal(parseEvent('claude', null, text), null, text);
    assert.equal(parseEvent('nobody', 'PreToolUse', '{}'), null);
    assert.equal(parseEvent('claude', 'toString', '{}'), null);
  });

  it('keeps the ends of long outputs where they stand, and nothing of a long command', () => {
    const long = 'é'.repeat(100_000);
    const response = { stdout: `${long}EADDRINUSE`, parts: [long, long, long] };
    const body = fitting({
      occasion: 'after-command',
      fields: { hook_event_name: 'PostToolUse', session_id: 's', tool_response: response },
    });
    const kept = body?.tool_response as { stdout: string; parts: readonly string[] };
    assert.match(kept.stdout, /EADDRINUSE$/);
    assert.equal(kept.parts.length, 3);
    assert.equal(body?.session_id, 's');
    assert.ok(Buffer.byteLength(JSON.stringify(body)) < 61_440);
    const many = { tool_response: Array.from({ length: 500 }, () => long) };
    assert.equal(fitting({ occasion: 'after-command', fields: many }), null);
    const command = { hook_event_name: 'PreToolUse', tool_input: { command: long } };
    assert.equal(fitting({ occasion: 'before-command', fields: command }), null);
  });
});
