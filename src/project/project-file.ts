// Owns the reading of a file that a project keeps: small texts, and never a wait for what only has the name of one.

import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';

/** A file that is larger is no package.json, no pointer to a repository, and no program's start. */
export const MAX_PROJECT_FILE_BYTES = 1_048_576;

/** @returns null for what is missing, too large or not to be read, and for a pipe or a device, which may have no end */
export function readProjectFile(path: string): string | null {
  try {
    // Asked before the opening, which already does something to some devices.
    if (!statSync(path).isFile()) return null;
    // Without waiting, and asked again: a pipe may have taken the file's place since.
    const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const status = fstatSync(descriptor);
      if (!status.isFile() || status.size > MAX_PROJECT_FILE_BYTES) return null;
      const buffer = Buffer.alloc(status.size);
      return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, status.size, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return null;
  }
}
