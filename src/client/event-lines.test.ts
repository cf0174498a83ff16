import assert from 'node:assert/strict';
import { it } from 'node:test';
import { eventReader, type StreamedEvent } from './event-lines.ts';

function read(text: string): StreamedEvent[] {
  const events: StreamedEvent[] = [];
  const take = eventReader((event) => events.push(event));
  for (const line of text.split('\n')) take(line);
  return events;
}

it('reads events, the number alone, and passes over comments', () => {
  assert.deepEqual(read(': hello\nretry: 1\nid: 4\n\n:\n\nid: 5\nevent: seen\ndata: {"a":1}\n\n'), [
    { id: '4', data: null },
    { id: '5', data: { a: 1 } },
  ]);
});

it('joins data of several lines, takes colons in it, and does not fall over what is no JSON', () => {
  assert.deepEqual(read('id:1\ndata: {"a":\ndata: "b:c"}\n\nid: 2\ndata: {\n\ndata\n\n'), [
    { id: '1', data: { a: 'b:c' } },
    { id: '2', data: null },
    { id: '2', data: null },
  ]);
});

it('holds back an event that is not finished', () => {
  assert.deepEqual(read('id: 1\ndata: {}'), []);
});
