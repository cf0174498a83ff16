// Owns HTTP/1.1 over a bare socket: `node:http` alone would cost the command line a fifth of its time budget.

import { connect as openConnection, type Socket } from 'node:net';
import { pidNamespaceLine } from './foreign-pid.ts';
import { readAnswer } from './http-answer.ts';
import { monotonicMs } from './monotonic.ts';
import { ownUserAgent } from './user-agent.ts';

/** Where a daemon listens, and what it wants to see. */
export interface Endpoint {
  /** The path of a unix socket or named pipe, or a TCP port on 127.0.0.1. */
  readonly address: string | number;
  /** The token to send; null where none is needed. */
  readonly token: string | null;
}

/** What went wrong with a connection, as far as the next step depends on it. */
export type TransportFault = 'nobody' | 'denied' | 'lost' | 'silent' | 'garbled' | 'failed';

/** No answer came: the connection could not be made, or broke, or brought nonsense. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly fault: TransportFault;
  /** Where no connection was made in time, though somebody listens. */
  readonly silentEndpoint: Endpoint | null;

  constructor(
    fault: TransportFault,
    detail: string,
    cause?: unknown,
    silentEndpoint: Endpoint | null = null,
  ) {
    super(detail, cause === undefined ? undefined : { cause });
    this.fault = fault;
    this.silentEndpoint = silentEndpoint;
  }
}

export interface Answer {
  readonly status: number;
  /** The parsed JSON; undefined when the answer has no body. */
  readonly body: unknown;
}

/**
 * Opens a connection. A full backlog is waited for: many clients starting at once is what Styxy is for.
 *
 * @throws TransportError
 */
export async function openSocket(endpoint: Endpoint, timeoutMs: number): Promise<Socket> {
  const until = monotonicMs() + timeoutMs;
  for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 2, 50)) {
    try {
      return await openOnce(endpoint, Math.max(1, until - monotonicMs()));
    } catch (error) {
      if (!(error instanceof BacklogFull)) throw error;
      if (monotonicMs() >= until) throw silence(timeoutMs, endpoint);
      await new Promise((resolve) => setTimeout(resolve, pauseMs * (0.5 + Math.random())));
    }
  }
}

/**
 * Sends one request and reads its whole answer. The socket is used up.
 *
 * @throws TransportError
 */
export function exchange(
  socket: Socket,
  endpoint: Endpoint,
  method: string,
  path: string,
  body: unknown,
  timeoutMs: number,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const reader = readAnswer();
    const finish = (error: TransportError | null): void => {
      clearTimeout(timer);
      if (error !== null) {
        socket.destroy();
        reject(error);
        return;
      }
      // The daemon closes the connection, as it was asked to: destroying it here takes longer than all the parsing.
      socket.unref();
      try {
        const text = reader.text();
        resolve({ status: reader.status ?? 0, body: text === '' ? undefined : JSON.parse(text) });
      } catch (cause) {
        reject(new TransportError('garbled', 'the answer is not JSON', cause));
      }
    };
    // The socket keeps the process alive; once that is destroyed by somebody else, nothing is waited for.
    const timer = setTimeout(() => finish(silence(timeoutMs)), timeoutMs).unref();
    socket.on('data', (bytes) => {
      try {
        reader.push(bytes);
      } catch (cause) {
        return finish(garbled(cause));
      }
      if (reader.complete) finish(null);
    });
    socket.on('end', () => {
      reader.end();
      finish(reader.complete ? null : lost());
    });
    socket.on('error', (cause) => finish(lost(cause)));
    socket.write(requestText(endpoint, method, path, body));
  });
}

class BacklogFull extends Error {}

function openOnce(endpoint: Endpoint, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const { address } = endpoint;
    const socket =
      typeof address === 'string'
        ? openConnection(address)
        : openConnection({ port: address, host: '127.0.0.1' });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(silence(timeoutMs, endpoint));
    }, timeoutMs);
    const onError = (cause: NodeJS.ErrnoException): void => {
      clearTimeout(timer);
      reject(connectionFault(cause));
    };
    socket.once('error', onError);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', onError);
      resolve(socket);
    });
  });
}

function connectionFault(cause: NodeJS.ErrnoException): Error {
  switch (cause.code) {
    case 'EAGAIN':
      return new BacklogFull();
    case 'ENOENT':
    case 'ECONNREFUSED':
    case 'ENOTDIR':
    case 'ENOTSOCK':
      return new TransportError('nobody', 'nobody listens there', cause);
    case 'EACCES':
    case 'EPERM':
      return new TransportError('denied', 'the system does not permit the connection', cause);
    default:
      return new TransportError('failed', `the connection failed (${cause.code ?? cause.message})`, cause);
  }
}

/**
 * The bytes of a request; the connection is closed after its answer.
 *
 * @param headers further ones, whose values hold no line ends
 */
export function requestText(
  endpoint: Endpoint,
  method: string,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): string {
  const host = typeof endpoint.address === 'string' ? 'localhost' : `127.0.0.1:${endpoint.address}`;
  const token = endpoint.token === null ? '' : `authorization: Bearer ${endpoint.token}\r\n`;
  const further = Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  const head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\naccept: application/json\r\nuser-agent: ${ownUserAgent()}\r\n${token}${further}`;
  if (body === undefined) {
    const length = method === 'GET' ? '' : 'content-length: 0\r\n';
    return `${head}${length}connection: close\r\n\r\n`;
  }
  const text = JSON.stringify(body);
  const length = Buffer.byteLength(text);
  return `${head}${pidNamespaceLine(body)}content-type: application/json\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${text}`;
}

export function silence(timeoutMs: number, endpoint: Endpoint | null = null): TransportError {
  const detail = `no answer came within ${Math.ceil(timeoutMs / 1000)} s`;
  return new TransportError('silent', detail, undefined, endpoint);
}

export function lost(cause?: unknown): TransportError {
  return new TransportError('lost', 'the connection broke before the answer was there', cause);
}

export function garbled(cause: unknown): TransportError {
  return new TransportError(
    'garbled',
    cause instanceof Error ? cause.message : 'the answer is garbled',
    cause,
  );
}
