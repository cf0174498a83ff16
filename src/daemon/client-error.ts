// Owns the answers to requests that Node's own parser or its time limits refuse before anybody sees them.

import type { Duplex } from 'node:stream';
import { type ErrorCode, problem } from '../errors.ts';
import { PROBLEM_TYPE } from './problem-answer.ts';

const CODES: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};
const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** Answers on the bare connection, as there is no request to answer, and ends it. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = CODES[error.code ?? ''] ?? 'INVALID_REQUEST';
  const found = problem(code, DETAILS[code] ?? 'The request is not well-formed HTTP/1.1');
  const body = JSON.stringify(found);
  socket.end(
    `HTTP/1.1 ${found.status} ${REASONS[found.status]}\r\nContent-Type: ${PROBLEM_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

const DETAILS: Partial<Record<ErrorCode, string>> = {
  HEADERS_TOO_LARGE: 'The request line and headers are larger than 16 KiB',
  REQUEST_TIMEOUT: 'The request did not arrive in time: 5 s for the headers, 15 s for all of it',
};
