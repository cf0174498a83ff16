// Owns the reading of files that have one line, in directories where anything may have their place.

import { constants, open } from 'node:fs/promises';

/** More than any path that git would write. */
const MAX_BYTES = 8192;

/**
 * The first line of a file that somebody else's program wrote, without the space at its end.
 *
 * What is looked at is what is read: between a look by name and the reading, a pipe could take the file's place.
 *
 * @returns null where there is no such file, or no regular one
 */
export async function firstLine(path: string): Promise<string | null> {
  try {
    // Without waiting: a pipe in its place would keep a thread for ever.
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      if (!(await file.stat()).isFile()) return null;
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
      return buffer.toString('utf8', 0, bytesRead).split('\n', 1)[0]?.trimEnd() ?? null;
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}
