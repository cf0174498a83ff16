// Owns the file that the standard streams of a daemon go to which clients start.

import { closeSync, constants, fstatSync, ftruncateSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from '../home.ts';

/** What a daemon prints by itself is little: its log is a file of its own, which it rotates. */
const OUTPUT_MAX_BYTES = 256 * 1024;

export function outputPath(home: Home): string {
  return join(home.logs, 'daemon-output.log');
}

/**
 * Opens the file, emptied when it has grown too large.
 *
 * @returns the descriptor, or null where there can be none: a daemon without a place for its last words is better than none
 */
export function openOutput(home: Home): number | null {
  try {
    const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW } = constants;
    const fd = openSync(outputPath(home), O_WRONLY | O_CREAT | O_APPEND | (O_NOFOLLOW ?? 0), 0o600);
    if (fstatSync(fd).size > OUTPUT_MAX_BYTES) ftruncateSync(fd);
    return fd;
  } catch {
    return null;
  }
}

export function closeOutput(fd: number | null): void {
  if (fd !== null) closeSync(fd);
}
