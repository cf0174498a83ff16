// Owns the backups of config.json: one for each write, of what it replaces, and how many are kept.

import { join } from 'node:path';
import type { FileSteps } from './file-steps.ts';

/** How many backups stay. */
export const KEPT_BACKUPS = 10;

const BACKUP = /^config-\d{4}-[\dTZ-]+\.json$/;

export interface Backup {
  readonly path: string;
  /** Whether it was made just now; the newest one is kept instead where it says the same. */
  readonly isNew: boolean;
}

/** Keeps a copy of `bytes`: a writer that died before it changed anything may have left the very one. */
export async function keepBackup(steps: FileSteps, dir: string, bytes: Buffer): Promise<Backup> {
  await steps.makeDirectory(dir);
  const newest = (await backupsIn(steps, dir)).at(-1);
  if (newest !== undefined && (await says(steps, join(dir, newest), bytes)))
    return { path: join(dir, newest), isNew: false };
  const stamp = new Date().toISOString().replaceAll(':', '-').replace('.', '-');
  for (let attempt = 0; ; attempt++) {
    // Two digits, so that the names are in the order of time.
    const path = join(dir, `config-${stamp}-${String(attempt).padStart(2, '0')}.json`);
    if ((await steps.status(path)) !== null) continue;
    await steps.create(path, bytes, 0o600);
    return { path, isNew: true };
  }
}

/** Removes all but the newest. */
export async function pruneBackups(steps: FileSteps, dir: string): Promise<void> {
  const backups = await backupsIn(steps, dir);
  for (const name of backups.slice(0, -KEPT_BACKUPS)) await steps.remove(join(dir, name));
}

/** In the order of time. */
async function backupsIn(steps: FileSteps, dir: string): Promise<string[]> {
  return (await steps.list(dir)).filter((name) => BACKUP.test(name)).sort();
}

/** What is no file, or cannot be read, says something else. */
async function says(steps: FileSteps, path: string, bytes: Buffer): Promise<boolean> {
  const status = await steps.status(path);
  if (status === null || !status.isFile() || status.size !== bytes.length) return false;
  return steps.read(path).then(
    (former) => former.equals(bytes),
    () => false,
  );
}
