// Owns the writing of a built file, so that whoever uses it meanwhile finds the former one or the new one, whole.

import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Writes `path` by a rename, and its folder where there is none. */
export function installFile(path: string, contents: Uint8Array | string, mode = 0o644): void {
  const draft = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(draft, contents);
    // Whatever the umask is: the package is for everybody.
    chmodSync(draft, mode);
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}
