import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, it, mock } from 'node:test';
import { eventReader } from '../client/event-lines.ts';
import type { AuditEntry } from '../core/audit.ts';
import { NO_SUBJECT, NOBODY } from '../core/audit.ts';
import { createEventStreams, KEPT_MS, MAX_STREAMS } from './event-streams.ts';

const BEFORE = 1000;
const CAPACITY = 4;
const HEARTBEAT_MS = 1_000;

/** The daemon's side of a connection whose reader may stand still: then what is written stays in memory. */
class Answer extends EventEmitter {
  destroyed = false;
  isEnded = false;
  isStill = false;
  text = '';
  writeHead(): this {
    return this;
  }
  write(text: string): boolean {
    this.text += text;
    return !this.isStill;
  }
  end(): this {
    this.isEnded = true;
    return this;
  }
  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
  /** The numbers of what came, with the name of what is no grant. */
  came(): (number | string)[] {
    const events: (number | string)[] = [];
    const take = eventReader(({ id, data }) => {
      const { event, number } = (data ?? {}) as { event?: string; number?: number };
      assert.equal(String(number ?? id), id);
      if (event !== undefined) events.push(event === 'granted' ? Number(id) : event);
    });
    for (const line of this.text.split('\n')) take(line);
    return events;
  }
}

function scene() {
  const streams = createEventStreams({
    before: BEFORE,
    wall: () => 0,
    capacity: CAPACITY,
    heartbeatMs: HEARTBEAT_MS,
  });
  let seq = 0;
  return {
    streams,
    open(lastEventId?: string, answer = new Answer()): Answer {
      streams.open(answer as unknown as ServerResponse, lastEventId);
      return answer;
    },
    grant(count = 1): void {
      for (let n = 0; n < count; n++) {
        seq += 1;
        const entry: AuditEntry = {
          ...{ seq, at: 0, moment: 0, actor: NOBODY, event: 'granted', reason: null },
          ...{ subject: NO_SUBJECT, lease: null },
        };
        streams.event(entry);
      }
    },
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const from = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe('a stream of events', () => {
  it('tells what comes from now on, without a gap, and each event to all', async () => {
    const s = scene();
    s.grant();
    const one = s.open();
    s.grant(2);
    const other = s.open();
    await turn();
    s.grant();
    await turn();
    assert.deepEqual(one.came(), from(1002, 1004));
    assert.deepEqual(other.came(), [1004]);
    assert.match(other.text, /^: styxy events\nretry: \d+\nid: 1003\n\n/, 'the number to come back with');
  });

  it('goes on after the number that it is given', async () => {
    const s = scene();
    s.open();
    s.grant(6);
    assert.deepEqual(s.open('1002').came(), from(1003, 1006));
    assert.deepEqual(s.open('1006').came(), []);
    assert.deepEqual(scene().open('1000').came(), [], 'also before the first event');
  });

  it('says to load anew where that number is not kept, not yet told, another daemon’s, or none', async () => {
    for (const number of ['1001', '1007', '7', '999999999999999999999', '-1', 'x', '1e3', ' ', '1003,1004']) {
      const s = scene();
      s.open();
      s.grant(6);
      const answer = s.open(number);
      assert.deepEqual(answer.came(), ['resync'], number);
      s.grant();
      await turn();
      assert.deepEqual(answer.came(), ['resync', 1007], 'and goes on from there');
    }
  });

  it('keeps events for those who were here lately, and none where nobody reads', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const s = scene();
    s.grant(2);
    const first = s.open('1001');
    assert.deepEqual(first.came(), ['resync'], 'nobody read');
    first.destroy();
    s.grant(2);
    t.mock.timers.tick(KEPT_MS - 1);
    const second = s.open('1002');
    assert.deepEqual(second.came(), [1003, 1004]);
    second.destroy();
    t.mock.timers.tick(KEPT_MS);
    assert.deepEqual(s.open('1004').came(), [], 'nothing was missed');
    assert.deepEqual(s.open('1003').came(), ['resync']);
  });

  it('says to load anew where more came in one turn than is kept', async () => {
    const s = scene();
    const answer = s.open();
    s.grant(CAPACITY + 1);
    await turn();
    s.grant();
    await turn();
    assert.deepEqual(answer.came(), ['resync', 1006]);
  });

  it('writes nothing to a reader that stands still, and catches up when it reads on', async () => {
    const s = scene();
    const answer = s.open();
    answer.isStill = true;
    s.grant();
    await turn();
    const { length } = answer.text;
    s.grant(CAPACITY);
    await turn();
    assert.equal(answer.text.length, length);
    answer.isStill = false;
    answer.emit('drain');
    assert.deepEqual(answer.came(), from(1001, 1005));
  });

  it('drops a reader that stands still while what it needs is let go', async () => {
    const s = scene();
    const [still, other] = [s.open(), s.open()];
    still.isStill = true;
    s.grant();
    await turn();
    for (let n = 0; n <= CAPACITY; n++) {
      s.grant();
      await turn();
    }
    assert.deepEqual([still.destroyed, other.destroyed], [true, false]);
  });

  it('drops a reader that stands still while nothing happens, and keeps one that reads', (t) => {
    mock.timers.enable({ apis: ['setInterval'] });
    t.after(() => mock.timers.reset());
    const s = scene();
    const [still, other] = [s.open(), s.open()];
    still.isStill = true;
    mock.timers.tick(HEARTBEAT_MS);
    assert.match(other.text, /:\n\n$/, 'a comment keeps it open');
    mock.timers.tick(HEARTBEAT_MS);
    assert.equal(still.destroyed, false);
    mock.timers.tick(HEARTBEAT_MS);
    assert.deepEqual([still.destroyed, other.destroyed], [true, false]);
  });

  it('is one of a few, and gives its place back', () => {
    const s = scene();
    const answers = Array.from({ length: MAX_STREAMS }, () => s.open());
    assert.equal(s.streams.isFull, true);
    answers[0]?.destroy();
    assert.equal(s.streams.isFull, false);
  });

  it('ends with the daemon, and at once when it comes later', () => {
    const s = scene();
    const [reading, still] = [s.open(), new Answer()];
    still.isStill = true;
    s.open(undefined, still);
    s.streams.stop();
    assert.deepEqual([reading.isEnded, still.destroyed, s.open().isEnded], [true, true, true]);
  });
});
