// Owns the check of the file system that the home is on.

import { type Check, ok, trouble } from '../check.ts';

export const fileSystem: Check = {
  id: 'file-system',
  title: 'File system',
  why: 'On network and shared file systems neither locks nor the write-ahead log of SQLite hold, so that leases could be lost.',
  fixes: null,
  needs: 'home',
  async run({ home, networkOf, platform }) {
    const network = networkOf(home.dir);
    if (network !== null)
      return trouble(
        `${home.dir} is on ${network}, a network or shared file system`,
        'Set STYXY_HOME to a directory on a local disk, one for each machine.',
      );
    return ok(platform === 'linux' ? 'local' : 'not known on this system; it must be a local disk');
  },
};
