import assert from 'node:assert/strict';
import { it } from 'node:test';
import { eventWords, isConflict } from './event-words.ts';
import type { ShownEvent } from './state.ts';

const recorded = (changes: object): ShownEvent =>
  ({
    seq: 1,
    at: '2026-01-01T00:00:00.000Z',
    event: 'granted',
    actor: { instance_id: null, pid: 7, command: 'styxy run' },
    reason: null,
    service_type: 'dev',
    service_name: 'web',
    protocol: 'tcp',
    port: 3000,
    last_port: 3000,
    lock_id: 'x',
    instance_id: null,
    project_path: '/code/shop',
    lease: null,
    ...changes,
  }) as ShownEvent;

it('events are told in short, and those that matter stand out', () => {
  assert.deepEqual(eventWords(recorded({})), {
    what: 'granted',
    subject: '3000 web (dev)',
    rest: 'shop · by styxy run',
    weight: 'good',
  });
  const block = recorded({
    event: 'conflict',
    last_port: 3004,
    service_name: null,
    reason: 'node (pid\u202e 9)',
  });
  assert.deepEqual(eventWords(block), {
    what: 'conflict',
    subject: '3000–3004 dev',
    rest: 'shop · node (pid\ufffd 9) · by styxy run',
    weight: 'bad',
  });
  const released = recorded({ event: 'released', reason: 'released' });
  assert.equal(eventWords(released).rest, 'shop · by styxy run');
  const session = recorded({
    event: 'instance_ended',
    port: null,
    service_type: null,
    instance_id: 'claude-7',
  });
  assert.deepEqual([eventWords(session).what, eventWords(session).subject], ['instance ended', 'claude-7']);
  const {
    actor: _actor,
    reason: _reason,
    ...seen
  } = recorded({ event: 'seen', state: 'hijacked' }) as never as {
    actor: unknown;
    reason: unknown;
  };
  const hijack = seen as unknown as ShownEvent;
  assert.deepEqual([eventWords(hijack).what, eventWords(hijack).weight], ['now hijacked', 'bad']);
  assert.ok(isConflict(hijack) && isConflict(block) && !isConflict(session));
});
