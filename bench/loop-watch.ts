// Owns the watch over an event loop from within: loaded into the daemon, it says for how long nobody else had a turn.

import { readFileSync } from 'node:fs';
import net from 'node:net';

/** As loaded with `--import`, which also says where it answers: a connection begins a watch, and its end ends it. */
const socket = new URL(import.meta.url).searchParams.get('socket');
if (socket !== null) serve(socket);

/** What loads the watch into a process. */
export function loopWatchFlags(path: string): string[] {
  const url = new URL(import.meta.url);
  url.searchParams.set('socket', path);
  return ['--import', url.href];
}

/**
 * Watches the process that answers on `path` while `work` goes on.
 *
 * @returns the longest time in ms for which it kept its event loop from going round, without the time in which it had
 *   to wait for the processor because other programs had it
 */
export async function longestStretchMs(path: string, work: () => Promise<unknown>): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const watch = net.connect({ path, allowHalfOpen: true }, () => watch.write('begin'));
  let said = '';
  let hasBegun = false;
  watch.setEncoding('latin1').on('data', (text) => {
    said += text;
    if (hasBegun || !said.startsWith('begun\n')) return;
    hasBegun = true;
    work().then(() => watch.end(), reject);
  });
  watch.on('end', () => resolve(Number(said.slice('begun\n'.length))));
  watch.on('error', reject);
  return promise;
}

function serve(path: string): void {
  const server = net.createServer({ allowHalfOpen: true }, (connection) => {
    let longestMs = 0;
    let last = { at: 0, waitedMs: 0 };
    let isOver = false;
    // The loop goes round without a pause while it is watched: whatever lies between two rounds was work.
    const turn = (): void => {
      const now = { at: performance.now(), waitedMs: waitedMs() };
      longestMs = Math.max(longestMs, now.at - last.at - (now.waitedMs - last.waitedMs));
      last = now;
      if (!isOver) setImmediate(turn);
    };
    connection.once('data', () => {
      connection.write('begun\n');
      last = { at: performance.now(), waitedMs: waitedMs() };
      setImmediate(turn);
    });
    connection.on('end', () => {
      isOver = true;
      connection.end(String(longestMs));
    });
    connection.on('error', () => {
      isOver = true;
    });
  });
  server.listen(path).unref();
}

/** For how long this thread has been ready to run and had no processor, by the scheduler's account; 0 where it keeps none. */
function waitedMs(): number {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}
