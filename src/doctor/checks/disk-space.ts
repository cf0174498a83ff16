// Owns the check of the room that is left for the store and the logs.

import { type Check, note, ok, trouble } from '../check.ts';

const MIB = 1024 * 1024;
/** Less than a store with its log, its backup before a migration, and the logs may want. */
const LEAST_BYTES = 32 * MIB;
const FEW_BYTES = 256 * MIB;
const LEAST_FILES = 16;

export const diskSpace: Check = {
  id: 'disk-space',
  title: 'Free disk',
  why: 'Nothing is granted that cannot be written down: on a full disk every allocation is refused.',
  fixes: null,
  needs: 'home',
  async run({ home, diskSpace: spaceOf }) {
    const { availableBytes, availableFiles } = await spaceOf(home.dir);
    const free = `${sizeText(availableBytes)} free`;
    const remedy = `Make room on the disk of ${home.dir}.`;
    if (availableFiles !== null && availableFiles < LEAST_FILES)
      return trouble(`${free}, but room for ${availableFiles} more files`, remedy);
    if (availableBytes < LEAST_BYTES) return trouble(free, remedy);
    return availableBytes < FEW_BYTES ? note(free, remedy) : ok(free);
  },
};

function sizeText(bytes: number): string {
  const mib = Math.floor(bytes / MIB);
  return mib < 10 * 1024 ? `${mib} MiB` : `${Math.floor(mib / 1024)} GiB`;
}
