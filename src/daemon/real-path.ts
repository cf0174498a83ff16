// Owns the real path of a directory that a client names: the one by which the system knows its processes' directories.

import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isAcceptedPath } from '../api/names.ts';
import { createRememberedLook } from './remembered-look.ts';

/**
 * An absolute path without `.`, `..` and symbolic links, and on a file system that ignores case in the case that it has there. A path that
 * leads nowhere, or whose real form a request could not name, stays as it is.
 */
export const realPath = createRememberedLook<string>({
  look: async (path) => {
    const real = await realpath(path);
    return isAcceptedPath(real) ? real : resolve(path);
  },
  inDoubt: (path) => resolve(path),
});
