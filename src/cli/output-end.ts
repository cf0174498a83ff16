// Owns the end of standard output that nobody wrote to meanwhile: a reader that went away, as `head` does.

import { spawn } from 'node:child_process';
import { fstatSync } from 'node:fs';

const STDOUT = 1;

/**
 * Resolves `came` when nobody reads the output any more.
 *
 * Only a poll says so of a pipe without a write, and Node has none. The `tail` of GNU has: it ends by SIGPIPE, and with us by
 * `--pid`. Any other `tail` refuses that option, and then the next write tells.
 */
export function watchOutputEnd(): { readonly came: Promise<void>; stop(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (process.platform !== 'linux' || !isPipe()) return { came: promise, stop: () => {} };
  const child = spawn('tail', ['-s', '0.1', `--pid=${process.pid}`, '-f', '/dev/null'], {
    stdio: ['ignore', 'inherit', 'ignore'],
  });
  child.on('error', () => {});
  child.on('exit', (_status, signal) => {
    if (signal === 'SIGPIPE') resolve();
  });
  child.unref();
  return { came: promise, stop: () => void child.kill() };
}

function isPipe(): boolean {
  try {
    return fstatSync(STDOUT).isFIFO();
  } catch {
    return false;
  }
}
