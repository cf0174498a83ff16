// Owns the writing of config.json: atomic, through links, under a lock, with a backup, and never over somebody's edit.

import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type Backup, keepBackup, pruneBackups } from './config-backups.ts';
import { takeLock } from './config-lock.ts';
import { CONFIG_SCHEMA_URL } from './config-schema.ts';
import { FILE_STEPS, type FileSteps } from './file-steps.ts';
import { MAX_FILE_BYTES } from './text-file.ts';

export type WriteOutcome =
  | { readonly kind: 'written'; readonly target: string; readonly backup: string | null }
  | { readonly kind: 'unchanged'; readonly target: string }
  | {
      readonly kind: 'refused';
      /** `read-only`: it may not be written; `refused`: by the edit; `busy`: others write all the time; `failed`: the system. */
      readonly reason: 'read-only' | 'refused' | 'busy' | 'failed';
      readonly message: string;
    };

export interface WriteConfigOptions {
  /** The file or the link to it; it need not exist. */
  readonly path: string;
  readonly backupsDir: string;
  /**
   * The new text for the present one, without a byte order mark. Called again when the file was changed meanwhile.
   *
   * @returns or why there is none
   */
  readonly edit: (text: string) => string | { readonly refusal: string };
  readonly steps?: FileSteps;
  /** How long to wait for another writer. */
  readonly patienceMs?: number;
}

/** What the edit of a file sees that does not exist yet. */
export const NEW_CONFIG = `{\n  "$schema": "${CONFIG_SCHEMA_URL}"\n}\n`;

const BOM = '\ufeff';
const NEW_MODE = 0o600;
const PATIENCE_MS = 5000;
/** How often an edit is tried anew because somebody else changed the file meanwhile. */
const ATTEMPTS = 5;
const MAX_LINKS = 20;

/**
 * Changes config.json. Whoever reads it meanwhile, and whatever fails, finds the former content or the new one, whole.
 *
 * @returns what was done; nothing is thrown for what the system refuses
 */
export async function writeConfig(options: WriteConfigOptions): Promise<WriteOutcome> {
  const { path, steps = FILE_STEPS, patienceMs = PATIENCE_MS } = options;
  try {
    const target = await targetOf(steps, path);
    const obstacle = await obstacleAt(steps, target);
    if (obstacle !== null) return refused('read-only', obstacle);
    const lock = await takeLock(join(dirname(target), `.${basename(target)}.lock`), patienceMs);
    if (lock === null) return refused('busy', `another program has been writing ${target}; try again`);
    try {
      await removeDrafts(steps, target);
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const outcome = await attemptWrite(options, steps, target);
        if (outcome !== 'changed') return outcome;
      }
      return refused('busy', `${target} changes all the time; try again once nobody edits it`);
    } finally {
      lock.release();
    }
  } catch (error) {
    return refused('failed', `${path} cannot be written: ${messageOf(error)}`);
  }
}

/** Why config.json may not be written as it is now; null where it may. */
export async function writeObstacle(path: string): Promise<string | null> {
  try {
    return await obstacleAt(FILE_STEPS, await targetOf(FILE_STEPS, path));
  } catch (error) {
    return `${path} cannot be written: ${messageOf(error)}`;
  }
}

/** Where a path leads, also when the last link leads to a file that does not exist yet. */
async function targetOf(steps: FileSteps, path: string): Promise<string> {
  let target = resolve(path);
  for (let links = 0; (await steps.status(target))?.isSymbolicLink() === true; links++) {
    if (links === MAX_LINKS) throw new Error('the link leads in a circle');
    target = resolve(dirname(target), await steps.readLink(target));
  }
  return join(await steps.realPath(dirname(target)), basename(target));
}

/** Why the target may not be written, or null. Root may write everything, and still should not where it says read-only. */
async function obstacleAt(steps: FileSteps, target: string): Promise<string | null> {
  const status = await steps.status(target);
  if (status !== null && !status.isFile()) return `${target} is not a regular file`;
  const hint = 'make the change where the file comes from';
  const user = process.geteuid?.() ?? 0;
  if (status !== null && user !== 0 && status.uid !== user) {
    return `${target} belongs to user ${status.uid}, who would lose it; ${hint}`;
  }
  if (status !== null && (status.mode & 0o222) === 0) return `${target} is read-only; ${hint}`;
  for (const place of status === null ? [dirname(target)] : [target, dirname(target)]) {
    try {
      await access(place, constants.W_OK);
    } catch (error) {
      return `${place} may not be written (${codeOf(error)}); ${hint}`;
    }
  }
  return null;
}

async function attemptWrite(
  { edit, backupsDir }: WriteConfigOptions,
  steps: FileSteps,
  target: string,
): Promise<WriteOutcome | 'changed'> {
  const former = await contentOf(steps, target);
  const text = former === null ? NEW_CONFIG : decode(former);
  if (text === null)
    return refused('refused', `${target} is not UTF-8 text of at most ${MAX_FILE_BYTES} bytes`);
  const mark = text.startsWith(BOM) ? BOM : '';
  const edited = edit(text.slice(mark.length));
  if (typeof edited !== 'string') return refused('refused', edited.refusal);
  const bytes = Buffer.from(mark + edited);
  if (former?.equals(bytes) === true) return { kind: 'unchanged', target };
  if (bytes.length > MAX_FILE_BYTES) return refused('refused', `${target} would be too large`);

  const status = await steps.status(target);
  const mode = (status?.mode ?? NEW_MODE) & 0o777;
  const draft = join(
    dirname(target),
    `${draftPrefix(target)}${process.pid}-${randomBytes(4).toString('hex')}`,
  );
  let backup: Backup | null = null;
  let isInstalled = false;
  try {
    await steps.create(draft, bytes, mode);
    if (status !== null) await keepOwner(steps, draft, status);
    // A full disk takes a part of a file without a word.
    if (!(await steps.read(draft)).equals(bytes)) throw new Error('what was written cannot be read back');
    if (former !== null) backup = await keepBackup(steps, backupsDir, former);
    if (!isSame(former, await contentOf(steps, target))) return 'changed';
    await steps.rename(draft, target);
    isInstalled = true;
  } finally {
    if (!isInstalled) await discard(steps, backup?.isNew === true ? [draft, backup.path] : [draft]);
  }
  // What comes now makes it safer still; the change is made.
  await steps.syncDirectory(dirname(target)).catch(() => {});
  await pruneBackups(steps, backupsDir).catch(() => {});
  return { kind: 'written', target, backup: backup?.path ?? null };
}

/** The draft of root, and that in a directory whose group is another, get the owner and group of the file. */
async function keepOwner(steps: FileSteps, draft: string, { uid, gid }: Stats): Promise<void> {
  const made = await steps.status(draft);
  if (made === null || (made.uid === uid && made.gid === gid)) return;
  await steps.giveTo(draft, uid, gid).catch((error: unknown) => {
    // A group that one is not in can be given to nobody; an owner must not change.
    if (made.uid !== uid) throw error;
  });
}

/** @returns null where there is no file */
async function contentOf(steps: FileSteps, target: string): Promise<Buffer | null> {
  return (await steps.status(target)) === null ? null : steps.read(target);
}

function isSame(a: Buffer | null, b: Buffer | null): boolean {
  return a === null || b === null ? a === b : a.equals(b);
}

function decode(bytes: Buffer): string | null {
  if (bytes.length > MAX_FILE_BYTES) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function draftPrefix(target: string): string {
  return `.${basename(target)}.draft-`;
}

/** Removes what a writer left that died: whoever has the lock is the only one with a draft. */
async function removeDrafts(steps: FileSteps, target: string): Promise<void> {
  const dir = dirname(target);
  const drafts = (await steps.list(dir)).filter((name) => name.startsWith(draftPrefix(target)));
  await discard(
    steps,
    drafts.map((name) => join(dir, name)),
  );
}

async function discard(steps: FileSteps, paths: readonly string[]): Promise<void> {
  for (const path of paths) await steps.remove(path).catch(() => {});
}

function refused(
  reason: 'read-only' | 'refused' | 'busy' | 'failed',
  message: string,
): WriteOutcome & { kind: 'refused' } {
  return { kind: 'refused', reason, message };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : messageOf(error);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
