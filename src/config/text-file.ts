// Owns the reading of a text file that people keep, whatever lies in its place: never waits, never throws, has a limit.

import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';

/** A larger file is no configuration of ports, and no guide to them. */
export const MAX_FILE_BYTES = 1024 * 1024;

export type TextFile =
  | { readonly kind: 'missing' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly message: string };

/**
 * Reads a file as UTF-8, without its byte order mark. A link to a file that does not exist is not missing but wrong.
 *
 * @param objection says of the opened file why it may not be read; nothing against any, unless given
 */
export function readTextFile(
  path: string,
  objection: (status: Stats) => string | null = () => null,
): TextFile {
  let descriptor: number;
  try {
    // Without waiting: a pipe in the file's place would block the daemon for ever.
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) return unreadable(error);
    return isLink(path)
      ? { kind: 'unreadable', message: 'this is a link to a file that does not exist' }
      : { kind: 'missing' };
  }
  try {
    const status = fstatSync(descriptor);
    if (status.isDirectory()) return { kind: 'unreadable', message: 'this is a directory, not a file' };
    if (!status.isFile()) return { kind: 'unreadable', message: 'this is not a regular file' };
    if (status.size > MAX_FILE_BYTES) {
      const message = `the file has ${status.size} bytes; ${MAX_FILE_BYTES} are allowed`;
      return { kind: 'unreadable', message };
    }
    const why = objection(status);
    if (why !== null) return { kind: 'unreadable', message: why };
    const buffer = Buffer.alloc(status.size);
    const length = readSync(descriptor, buffer, 0, status.size, 0);
    return decode(buffer.subarray(0, length));
  } catch (error) {
    return unreadable(error);
  } finally {
    closeSync(descriptor);
  }
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

/** Bytes as the text that they are, without its byte order mark. */
export function decode(bytes: Buffer): TextFile {
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { kind: 'unreadable', message: 'the file is not UTF-8 text' };
  }
}

function unreadable(error: unknown): TextFile {
  const reason = error instanceof Error ? error.message : String(error);
  return { kind: 'unreadable', message: `the file cannot be read: ${reason}` };
}
