// Owns the programs that listen while a scan is measured: several processes, each with its share of the sockets.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';

const PROCESSES = 10;

/** As this very file does it when it is forked: so many sockets on ports of the system's choice. */
async function listen(count: number): Promise<void> {
  for (let number = 0; number < count; number++) {
    await once(net.createServer().listen(0, '127.0.0.1'), 'listening');
  }
}

/**
 * Starts processes that together listen on `count` ports, and waits until they do.
 *
 * @returns how to end them
 */
export async function startListeners(count: number): Promise<() => void> {
  const children: ChildProcess[] = [];
  const stop = (): void => {
    for (const child of children) child.kill('SIGKILL');
  };
  process.once('exit', stop);
  for (let number = 0; number < PROCESSES; number++) {
    const child = fork(import.meta.filename, [String(Math.ceil(count / PROCESSES))], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    children.push(child);
  }
  await Promise.all(children.map((child) => once(child, 'message')));
  return stop;
}

if (import.meta.main) {
  process.on('disconnect', () => process.exit(0));
  await listen(Number(process.argv[2]));
  process.send?.('listening');
}
