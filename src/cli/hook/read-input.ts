// Owns the reading of a hook's standard input: whole, and no more than an event can be.

import { readSync } from 'node:fs';

const STDIN = 0;
/** An agent sends whole files in some events; a larger one is none of our business. */
const MAX_BYTES = 8 * 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;

/** @returns null where it cannot be read, or is too long */
export function readInput(): string | null {
  const chunks: Buffer[] = [];
  let length = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let read: number;
    try {
      read = readSync(STDIN, chunk);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EOF') break;
      if (code !== 'EAGAIN') return null;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
      continue;
    }
    if (read === 0) break;
    length += read;
    if (length > MAX_BYTES) return null;
    chunks.push(chunk.subarray(0, read));
  }
  return Buffer.concat(chunks).toString('utf8');
}
