// Owns the replacement of a file: whoever reads it meanwhile finds the former one or the new one, whole.

import { chmodSync, chownSync, renameSync, rmSync, writeFileSync } from 'node:fs';

export interface FileLook {
  /** The mode bits; left out, as the umask has it for a new file. */
  readonly mode?: number | undefined;
  /** Left out, the one who writes. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
}

/**
 * Writes a file beside `path` and puts it in its place.
 *
 * @param path where a link leads, if it is to stay one
 * @throws the system's error; then all is as it was
 */
export function replaceFile(
  path: string,
  content: string | Uint8Array,
  { mode, owner }: FileLook = {},
): void {
  const draft = `${path}.styxy-${process.pid}`;
  try {
    writeFileSync(draft, content, { flag: 'wx', mode: mode ?? 0o666 });
    if (owner !== undefined) chownSync(draft, owner.uid, owner.gid);
    // The umask may have taken bits away.
    if (mode !== undefined) chmodSync(draft, mode & 0o777);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
