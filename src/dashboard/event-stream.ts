// Owns the connection on which the daemon tells what happens: opened again and again, and resumed where it was lost.

import type { StreamEvent } from '../api/schemas-events.ts';
import { eventReader } from '../client/event-lines.ts';
import { open, Refused } from './api.ts';

/** The daemon sends something every 15 s: after more than twice that, nobody is there, whatever the connection says. */
const SILENCE_MS = 35_000;
const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 8_000;

export interface StreamTakers {
  /** The stream is open; whether anything was missed is told by an event `resync`. */
  opened(): void;
  event(event: StreamEvent): void;
  /** It is lost, and tried again. */
  lost(why: string): void;
  /** The session is over; nothing is tried any more. */
  signedOut(): void;
}

export interface EventStream {
  /** Tries now what would be tried later. */
  hurry(): void;
}

export function followEvents(takers: StreamTakers): EventStream {
  let lastId: string | null = null;
  let pauseMs = FIRST_PAUSE_MS;
  let wake: () => void = () => {};
  const take = eventReader(({ id, data }) => {
    lastId = id;
    if (data !== null) takers.event(data as StreamEvent);
  });
  const once = async (): Promise<string> => {
    const abort = new AbortController();
    let silence = setTimeout(() => abort.abort(), SILENCE_MS);
    try {
      const headers = lastId === null ? {} : { 'last-event-id': lastId };
      const answer = await open('/events', headers, abort.signal);
      takers.opened();
      pauseMs = FIRST_PAUSE_MS;
      const text = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
      let rest = '';
      for (;;) {
        const piece = await text?.read();
        if (piece === undefined || piece.done) return 'The daemon closed the connection';
        clearTimeout(silence);
        silence = setTimeout(() => abort.abort(), SILENCE_MS);
        const lines = (rest + piece.value).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) take(line);
      }
    } finally {
      clearTimeout(silence);
    }
  };
  const follow = async (): Promise<void> => {
    for (;;) {
      try {
        takers.lost(await once());
      } catch (error) {
        if (error instanceof Refused && error.status === 401) {
          takers.signedOut();
          return;
        }
        takers.lost(error instanceof Error ? error.message : String(error));
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, pauseMs);
      });
      pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
    }
  };
  void follow();
  return {
    hurry() {
      pauseMs = FIRST_PAUSE_MS;
      wake();
    },
  };
}
