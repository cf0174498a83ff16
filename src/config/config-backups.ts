// Owns the backups of config.json: one for each write, of what it replaces, and how many are kept.

import { join } from 'node:path';
import type { FileSteps } from './file-steps.ts';

/** How many backups stay. */
export const KEPT_BACKUPS = 10;

const BACKUP = /^config-\d{4}-[\dTZ-]+\.json$/;

/** Keeps a copy of `bytes`, and returns its path. */
export async function keepBackup(steps: FileSteps, dir: string, bytes: Buffer): Promise<string> {
  await steps.makeDirectory(dir);
  const stamp = new Date().toISOString().replaceAll(':', '-').replace('.', '-');
  for (let attempt = 0; ; attempt++) {
    // Two digits, so that the names are in the order of time.
    const path = join(dir, `config-${stamp}-${String(attempt).padStart(2, '0')}.json`);
    if ((await steps.status(path)) !== null) continue;
    await steps.create(path, bytes, 0o600);
    return path;
  }
}

/** Removes all but the newest. */
export async function pruneBackups(steps: FileSteps, dir: string): Promise<void> {
  const backups = (await steps.list(dir)).filter((name) => BACKUP.test(name)).sort();
  for (const name of backups.slice(0, -KEPT_BACKUPS)) await steps.remove(join(dir, name));
}
