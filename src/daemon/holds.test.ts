import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { beforeEach, describe, it, mock } from 'node:test';
import type { HoldEvent } from '../api/schemas-renew.ts';
import type { Vitals } from '../core/lease.ts';
import { createHolds, type Holds } from './holds.ts';

const VITALS = { holds: 2, state: 'reserved', drift: [], server: null } as unknown as Vitals;

/** The daemon's side of a connection, whose client can go away. */
class Answer extends EventEmitter {
  destroyed = false;
  isEnded = false;
  text = '';
  writeHead(): this {
    return this;
  }
  write(text: string): boolean {
    this.text += text;
    return true;
  }
  end(text: string): this {
    this.text += text;
    this.isEnded = true;
    return this;
  }
  /** Also what comes after the daemon ended it. */
  close(): void {
    this.destroyed = true;
    this.emit('close');
  }
  events(): HoldEvent['event'][] {
    const lines = this.text.split('\n').filter((line) => line !== '');
    return lines.map((line) => (JSON.parse(line) as HoldEvent).event);
  }
}

let holds: Holds;
let closes: string[];
beforeEach(() => {
  holds = createHolds();
  closes = [];
});

function open(lockId: string, answer = new Answer(), vitals = VITALS): Answer {
  const held = { vitals, close: () => closes.push(lockId) };
  holds.open(answer as unknown as ServerResponse, lockId, held);
  return answer;
}

describe('a connection that holds a lease', () => {
  it('says so, and what is seen of its lease and of no other', () => {
    const [one, other] = [open('a'), open('b')];
    holds.tell('a', { ...VITALS, state: 'active' });
    assert.deepEqual([one.events(), other.events()], [['held', 'seen'], ['held']]);
  });

  it('says at its start how many hold the lease, this one among them', () => {
    assert.match(open('a').text, new RegExp(`"holders":${VITALS.holds}\\b`));
  });

  it('counts a living process among them, which may have taken the lease since it was found unheld', () => {
    const { text } = open('a', new Answer(), { ...VITALS, process: 'alive' });
    assert.match(text, new RegExp(`"holders":${VITALS.holds + 1}\\b`));
  });

  it('lets go once, when the client’s side is gone', () => {
    const answer = open('a');
    answer.close();
    answer.close();
    assert.deepEqual(closes, ['a']);
    holds.tell('a', VITALS);
    assert.deepEqual(answer.events(), ['held']);
  });

  it('lets go at once where the client was gone before it was held', () => {
    const answer = new Answer();
    answer.close();
    open('a', answer);
    assert.deepEqual([closes, answer.text], [['a'], '']);
  });

  it('ends with its lease, and lets go of nothing then', () => {
    const [one, other] = [open('a'), open('b')];
    holds.end('a');
    one.close();
    assert.deepEqual(
      [one.events(), one.isEnded, other.isEnded, closes],
      [['held', 'ended'], true, false, []],
    );
  });

  it('ends with the daemon, whose leases stay held for whoever reconnects', () => {
    const before = open('a');
    holds.stop();
    before.close();
    const after = open('b');
    after.close();
    assert.deepEqual([before.events(), after.events()], [['held', 'daemon-stopping'], ['daemon-stopping']]);
    assert.deepEqual([before.isEnded, after.isEnded, closes], [true, true, []]);
  });

  it('shows a sign of life now and then, to those alone who are there', (t) => {
    t.after(() => mock.timers.reset());
    mock.timers.enable({ apis: ['setInterval'] });
    const [one, other] = [open('a'), open('b')];
    const [before, of] = [one.text, other.text];
    other.close();
    mock.timers.tick(60_000);
    assert.deepEqual([one.text, other.text], [`${before}\n\n`, of]);
    one.close();
    const late = open('c');
    const start = late.text;
    mock.timers.tick(30_000);
    assert.equal(late.text, `${start}\n`, 'also after a time in which there was nobody');
  });
});
