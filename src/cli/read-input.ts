// Owns the reading of standard input: whole, and no more than is asked for.

import { readSync } from 'node:fs';

const STDIN = 0;
const CHUNK_BYTES = 64 * 1024;

/** @returns null where it cannot be read, or is longer than `maxBytes` */
export function readInput(maxBytes: number): Buffer | null {
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
    if (length > maxBytes) return null;
    chunks.push(chunk.subarray(0, read));
  }
  return Buffer.concat(chunks);
}
