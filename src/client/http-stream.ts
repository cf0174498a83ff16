// Owns the stream: a request whose connection stays open, by which a lease is held.

import type { Socket } from 'node:net';
import { type Endpoint, garbled, lost, requestText, silence } from './http.ts';
import { readAnswer } from './http-answer.ts';

/** A connection that stays open. */
export interface Stream {
  /** Resolves when the daemon answered 200 or another success; rejects with what went wrong otherwise. */
  readonly opened: Promise<void>;
  /** Resolves when the connection is over, whoever ended it and why; never rejects. */
  readonly closed: Promise<void>;
  close(): void;
}

/**
 * Sends a GET whose answer does not end, and keeps the connection until one side closes it.
 *
 * @param onLine takes each line of the answer, as it comes
 */
export function openStream(
  socket: Socket,
  endpoint: Endpoint,
  path: string,
  timeoutMs: number,
  onLine: (line: string) => void,
  headers: Readonly<Record<string, string>> = {},
): Stream {
  const reader = readAnswer();
  let unfinished = '';
  const passLinesOn = (): void => {
    const lines = (unfinished + reader.take()).split('\n');
    unfinished = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  };
  let timer: NodeJS.Timeout | undefined;
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => resolve());
  });
  const opened = new Promise<void>((resolve, reject) => {
    timer = setTimeout(() => {
      reject(silence(timeoutMs));
      socket.destroy();
    }, timeoutMs);
    let isOpen = false;
    const settle = (): void => {
      if (reader.status === null) return;
      clearTimeout(timer);
      isOpen = reader.status < 300;
      if (isOpen) resolve();
      if (isOpen || !reader.complete) return;
      reject(new StreamRefused(reader.status, reader.text()));
      socket.destroy();
    };
    socket.on('data', (bytes) => {
      try {
        reader.push(bytes);
      } catch (cause) {
        reject(garbled(cause));
        socket.destroy();
        return;
      }
      if (!isOpen) settle();
      if (isOpen) passLinesOn();
    });
    socket.on('end', () => {
      reader.end();
      if (!isOpen) settle();
      socket.destroy();
    });
    socket.on('error', (cause) => reject(lost(cause)));
    socket.on('close', () => {
      clearTimeout(timer);
      reject(lost());
    });
  });
  // Whoever only waits for `closed` is not to be ended by an unhandled rejection.
  opened.catch(() => {});
  socket.write(requestText(endpoint, 'GET', path, undefined, headers));
  return {
    opened,
    closed,
    close: () => {
      clearTimeout(timer);
      socket.destroy();
    },
  };
}

/** The daemon answered a stream's request with a refusal. */
export class StreamRefused extends Error {
  override readonly name = 'StreamRefused';
  readonly status: number;
  readonly text: string;

  constructor(status: number, text: string) {
    super(`the daemon answered ${status}`);
    this.status = status;
    this.text = text;
  }
}
