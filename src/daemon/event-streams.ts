// Owns the streams of events: each goes at its reader's pace out of one journal, and a reader that stands still is dropped.

import type { ServerResponse } from 'node:http';
import type { StreamEvent } from '../api/schemas-events.ts';
import type { AuditEntry } from '../core/audit.ts';
import type { Lease, Vitals } from '../core/lease.ts';
import { createEventJournal, eventText, type WriteEvent } from './event-journal.ts';
import { recordedJson, seenJson } from './event-json.ts';

/** Dashboards, terminals and agents of one person; each costs a connection, and a write for every event. */
export const MAX_STREAMS = 64;
/** Some seconds of a busy machine, in about as many kilobytes. */
const CAPACITY = 2_048;
/** A comment this often keeps proxies from closing, and shows who stands still. */
const HEARTBEAT_MS = 15_000;
/** How many heartbeats a reader may let pass with what was sent to it unread. */
const MAX_STILL = 2;
/** What is written to one reader in one turn, in UTF-16 units: about what a socket takes at once. */
const PIECE = 16_384;
/**
 * How long events are kept for readers who all went away, in ms. Where nobody reads, nothing is kept: that would be megabytes in
 * a daemon that most people never ask for its events.
 */
export const KEPT_MS = 10 * 60_000;
/** How soon a reader that lost its connection comes back, in ms; after a restart the next daemon is there by then. */
const RETRY_MS = 1_000;

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  // Whatever passes the stream on is not to gather it first.
  'x-accel-buffering': 'no',
};

export interface EventStreams {
  /** Takes an event of the audit, once it is committed. */
  event(entry: AuditEntry): void;
  /** Takes what was seen of a lease, once it is committed. */
  seen(lease: Lease, vitals: Vitals): void;
  /** Whether there are as many streams as there may be. */
  readonly isFull: boolean;
  /** How many streams are open. */
  readonly count: number;
  /**
   * Keeps an answer open as a stream.
   *
   * @param lastEventId the number after which it goes on, as the client sent it; undefined for from now on
   */
  open(response: ServerResponse, lastEventId: string | undefined): void;
  /** Ends every stream; those who come later get an empty one. */
  stop(): void;
}

export interface EventStreamsOptions {
  /** The number that the first event follows. No daemon of the home may have used it or one a little above it. */
  readonly before: number;
  /** Wall clock in epoch ms, for people. */
  readonly wall: () => number;
  readonly capacity?: number;
  readonly heartbeatMs?: number;
}

interface Reader {
  readonly response: ServerResponse;
  /** The number of the last event that was written. */
  position: number;
  /** Whether what was written waits in our own memory: nothing is added to it. */
  isBehind: boolean;
  /** How many heartbeats it has been behind. */
  still: number;
}

export function createEventStreams(options: EventStreamsOptions): EventStreams {
  const journal = createEventJournal(options.before, options.capacity ?? CAPACITY);
  const readers = new Set<Reader>();
  let heartbeats: NodeJS.Timeout | null = null;
  let isStopped = false;
  let isDue = false;
  /** Whether somebody reads, or did lately. */
  let isRead = false;
  let forgetting: NodeJS.Timeout | undefined;

  const push = (name: string, write: WriteEvent): void => {
    if (!isRead) {
      journal.passOver();
      return;
    }
    journal.push(name, write);
    passOn();
  };
  /** Once a turn, for all that came in it. */
  function passOn(): void {
    if (isDue || readers.size === 0) return;
    isDue = true;
    setImmediate(() => {
      isDue = false;
      for (const reader of readers) pump(reader);
    });
  }
  function pump(reader: Reader): void {
    const isPassed = reader.position + 1 < journal.first;
    if (reader.isBehind) {
      // It would have to be told to reload anyway.
      if (isPassed) reader.response.destroy();
      return;
    }
    if (isPassed) {
      resync(reader);
      return;
    }
    let piece = '';
    while (reader.position < journal.last && piece.length < PIECE) {
      reader.position += 1;
      piece += journal.text(reader.position);
    }
    if (piece === '') return;
    send(reader, piece);
    if (reader.position < journal.last) passOn();
  }
  function send(reader: Reader, text: string): void {
    reader.isBehind = !reader.response.write(text);
  }
  function resync(reader: Reader): void {
    reader.position = journal.last;
    const data: StreamEvent = {
      number: journal.last,
      event: 'resync',
      at: new Date(options.wall()).toISOString(),
      message: 'Events were missed: load anew what you keep, and go on from here',
    };
    send(reader, eventText(journal.last, data.event, data));
  }
  /** Resumes after a number that was sent once; null where that is not among what is kept. */
  function positionAfter(lastEventId: string): number | null {
    const number = /^\d{1,16}$/.test(lastEventId) ? Number(lastEventId) : Number.NaN;
    return number >= journal.first - 1 && number <= journal.last ? number : null;
  }
  function beat(): void {
    for (const reader of readers) {
      reader.still = reader.isBehind ? reader.still + 1 : 0;
      if (reader.still >= MAX_STILL) reader.response.destroy();
      else if (!reader.isBehind) send(reader, ':\n\n');
    }
  }

  return {
    event: (entry) => push(entry.event, (number) => recordedJson(number, entry)),
    seen: (lease, vitals) => {
      const at = options.wall();
      push('seen', (number) => seenJson(number, at, lease, vitals));
    },
    get isFull() {
      return readers.size >= MAX_STREAMS;
    },
    get count() {
      return readers.size;
    },
    open(response, lastEventId) {
      if (response.destroyed) return;
      response.writeHead(200, HEADERS);
      if (isStopped) {
        response.end();
        return;
      }
      const resumed = lastEventId === undefined ? journal.last : positionAfter(lastEventId);
      const position = resumed ?? journal.last;
      const reader: Reader = { response, position, isBehind: false, still: 0 };
      readers.add(reader);
      isRead = true;
      clearTimeout(forgetting);
      response.on('drain', () => {
        reader.isBehind = false;
        reader.still = 0;
        pump(reader);
      });
      response.once('close', () => {
        readers.delete(reader);
        if (readers.size > 0 || heartbeats === null) return;
        clearInterval(heartbeats);
        heartbeats = null;
        forgetting = setTimeout(() => {
          isRead = false;
          journal.forget();
        }, KEPT_MS).unref();
      });
      heartbeats ??= setInterval(beat, options.heartbeatMs ?? HEARTBEAT_MS).unref();
      // The number alone is no event, and yet what a client that loses the connection now comes back with.
      send(reader, `: styxy events\nretry: ${RETRY_MS}\nid: ${position}\n\n`);
      if (resumed === null) resync(reader);
      else pump(reader);
    },
    stop() {
      isStopped = true;
      for (const { response, isBehind } of readers) {
        if (isBehind) response.destroy();
        else response.end();
      }
    },
  };
}
