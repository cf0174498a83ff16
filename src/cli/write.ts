// Owns the writing to the standard streams: whole, in order, and quietly when nobody reads any more.

import { writeSync } from 'node:fs';

const STDOUT = 1;
const STDERR = 2;
const LOST_DATA_STATUS = 1;
/** Descriptors whose reader has gone away. */
const closed = new Set<number>();
let isDataLost = false;

/** Prints data. A line end is added. */
export function print(text: string): void {
  write(STDOUT, `${text}\n`);
}

/** Writes to standard output as it is, for what moves the cursor. */
export function printRaw(text: string): void {
  write(STDOUT, text);
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

/** The exit status of a command: data that could not be written, as on a full disk, make a done one a failed one. */
export function finalStatus(status: number): number {
  return status === 0 && isDataLost ? LOST_DATA_STATUS : status;
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
      closed.add(fd);
      // Nobody reads, or there is no such stream: the command's work and status do not depend on it.
      if (code === 'EPIPE' || code === 'EBADF' || fd !== STDOUT) return;
      isDataLost = true;
      say(`styxy: standard output cannot be written (${code})`);
      return;
    }
  }
}
