// Owns the writing to the standard streams: whole, in order, and quietly when nobody reads any more.

import { writeSync } from 'node:fs';

const STDOUT = 1;
const STDERR = 2;
/** Descriptors whose reader has gone away. */
const closed = new Set<number>();

/** Prints data. A line end is added. */
export function print(text: string): void {
  write(STDOUT, `${text}\n`);
}

/** Prints a message for people. A line end is added. */
export function say(text: string): void {
  write(STDERR, `${text}\n`);
}

/** Prints one JSON document. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** Whether nobody reads the data any more, so that whoever prints without end can stop. */
export function isOutputClosed(): boolean {
  return closed.has(STDOUT);
}

/**
 * Writes by system calls: `process.stdout` costs milliseconds to make, and what it has not yet written is lost at
 * `process.exit`.
 */
function write(fd: number, text: string): void {
  if (closed.has(fd)) return;
  let bytes: Buffer = Buffer.from(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(fd, bytes));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN') {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
        continue;
      }
      // Nobody reads (EPIPE), or there is no such stream: the command's work and status do not depend on it.
      closed.add(fd);
      return;
    }
  }
}
