// Owns the watch over an event loop from within: loaded into the daemon, it says for how long nobody else had a turn.

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
 * Watches the process that answers on `path` while `work` goes on. On a busy machine the time is included in which
 * others had the processor.
 *
 * @returns the longest time in ms for which its event loop did not go round
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
    let lastAt = 0;
    let isOver = false;
    // The loop goes round without a pause while it is watched: whatever lies between two rounds was work.
    const turn = (): void => {
      const now = performance.now();
      longestMs = Math.max(longestMs, now - lastAt);
      lastAt = now;
      if (!isOver) setImmediate(turn);
    };
    connection.once('data', () => {
      connection.write('begun\n');
      lastAt = performance.now();
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
