// Owns the bound on what is received of a refused body: a little is dropped so that its sender sees why, no more.

import type { IncomingMessage } from 'node:http';

/** Room for the largest batch of usual requests: everything larger is refused before it is read. */
export const MAX_BODY_BYTES = 64 * 1024;
/**
 * Enough for whoever sends a large body by mistake to get to the answer. Without a bound, a fast sender keeps the daemon busy
 * until the time limit of a request: gigabytes, and everybody else waits meanwhile.
 */
const MAX_RECEIVED_BYTES = 8 * 1024 * 1024;
const LOOK_MS = 50;

/**
 * Ends the connection of `request` once it has brought more than any request needs, answered or not. A body
 * that is declared to be no larger than what a route reads is not watched.
 */
export function boundBody(request: IncomingMessage): void {
  const { socket, headers } = request;
  const isWatched =
    headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > MAX_BODY_BYTES;
  if (!isWatched) return;
  const most = socket.bytesRead + MAX_RECEIVED_BYTES;
  const timer = setInterval(() => {
    if (request.complete || socket.destroyed) clearInterval(timer);
    else if (socket.bytesRead > most) socket.destroy();
  }, LOOK_MS);
  timer.unref();
}
