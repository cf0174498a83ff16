// Owns the reading of a file that a project keeps: small texts, and never a wait for what only has the name of one.

import { readFileSync, statSync } from 'node:fs';

/** A file that is larger is no package.json, no pointer to a repository, and no program's start. */
export const MAX_PROJECT_FILE_BYTES = 1_048_576;

/** @returns null for what is missing, too large or not to be read, and for a pipe or a device, which may have no end */
export function readProjectFile(path: string): string | null {
  try {
    const status = statSync(path);
    return status.isFile() && status.size <= MAX_PROJECT_FILE_BYTES ? readFileSync(path, 'utf8') : null;
  } catch {
    return null;
  }
}
