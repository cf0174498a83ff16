// Owns one HTTP/1.1 connection that is kept open, over a bare socket: cheap, so that the server is what is measured.

import { connect } from 'node:net';

/** `lockId` is that of the answer's body, if it has one. */
export type OnAnswer = (status: number, lockId: string | null) => void;

export interface KeepAlive {
  /** Sends a request; to be called only when the answer to the former one has come. */
  send(request: string, onAnswer: OnAnswer): void;
  close(): void;
}

const LENGTH = /\r\ncontent-length: *(\d+)/i;
const LOCK_ID = '"lock_id":"';

/** @param onFault told of a broken connection or an answer without a length */
export async function openKeepAlive(path: string, onFault: (error: Error) => void): Promise<KeepAlive> {
  const socket = connect(path);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  let received = '';
  let waiting: OnAnswer | null = null;
  socket.setEncoding('latin1');
  socket.on('error', onFault);
  socket.on('close', () => {
    if (waiting !== null) onFault(new Error('the connection was closed before the answer'));
  });
  socket.on('data', (chunk: string) => {
    received = received === '' ? chunk : received + chunk;
    const headEnd = received.indexOf('\r\n\r\n');
    if (headEnd === -1) return;
    const length = LENGTH.exec(received.slice(0, headEnd))?.[1];
    if (length === undefined) {
      onFault(new Error(`an answer without a length: ${received.slice(0, headEnd)}`));
      return;
    }
    if (received.length < headEnd + 4 + Number(length)) return;
    const answer = received;
    const onAnswer = waiting;
    received = '';
    waiting = null;
    const start = answer.indexOf(LOCK_ID, headEnd);
    const from = start + LOCK_ID.length;
    onAnswer?.(
      Number(answer.slice(9, 12)),
      start === -1 ? null : answer.slice(from, answer.indexOf('"', from)),
    );
  });
  return {
    send(request, onAnswer) {
      waiting = onAnswer;
      socket.write(request, 'latin1');
    },
    close() {
      socket.destroy();
    },
  };
}

/** The bytes of a request with JSON, as any HTTP client sends them. */
export function postRequest(path: string, body: object): string {
  const text = JSON.stringify(body);
  return `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

export function bareRequest(method: 'GET' | 'DELETE', path: string): string {
  return `${method} ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`;
}
