// Owns the last service of a daemon that cannot start: whoever waits at the socket that it was passed is told why.

import { createServer } from 'node:http';
import type { Problem } from '../errors.ts';
import { PROBLEM_TYPE } from './problem-answer.ts';

/**
 * Answers everybody at the socket with the problem, for a while. Without an answer the connection that made the manager start us
 * would stay in the queue, and have it start the next daemon for the same refusal at once, without end.
 *
 * @param fd a socket that listens already
 * @param forMs how long; it also is the least time between two starts
 */
export function answerRefused(fd: number, problem: Problem, forMs: number): Promise<void> {
  const body = JSON.stringify(problem);
  const server = createServer((_request, response) => {
    response.writeHead(problem.status, {
      'content-type': PROBLEM_TYPE,
      'content-length': Buffer.byteLength(body),
      connection: 'close',
    });
    response.end(body);
  });
  return new Promise((resolve) => {
    server.on('error', () => resolve());
    server.listen({ fd }, () => {
      setTimeout(() => {
        server.close(() => resolve());
        server.closeAllConnections();
      }, forMs);
    });
  });
}
