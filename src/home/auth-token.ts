// Owns the token of TCP: its birth, its check in constant time, its replacement.

import { randomBytes, timingSafeEqual } from 'node:crypto';
import { closeSync, constants, linkSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { StyxyError } from '../errors.ts';
import { readPrivateFile } from './private-file.ts';

const TOKEN_BYTES = 32;
/** What a usable token looks like: our own have 64 hexadecimal digits. */
const USABLE = /^[\w.~+/=-]{32,512}$/;

export interface AuthToken {
  /** The token itself. Never to be logged or shown. */
  current(): string;
  /** Compares in constant time. */
  isRight(given: string): boolean;
  /**
   * Replaces the token, in the file and here.
   *
   * @throws StyxyError HOME_UNUSABLE when the file cannot be written; the former one stays then.
   */
  rotate(): void;
}

/**
 * Opens the token of a home, and makes one where there is none or an unusable one.
 *
 * @throws StyxyError HOME_UNSAFE for a file that others could know or have put there, HOME_UNUSABLE
 */
export function openAuthToken(path: string): AuthToken {
  let bytes = Buffer.from(readOrCreate(path));
  return {
    current: () => bytes.toString('latin1'),
    isRight: (given) => {
      const other = Buffer.from(given, 'latin1');
      // The length of a token is no secret.
      return other.length === bytes.length && timingSafeEqual(other, bytes);
    },
    rotate: () => {
      bytes = Buffer.from(replace(path));
    },
  };
}

/** Whether a text can be a token. Whoever reads it from the file trims it first. */
export function isUsableToken(text: string): boolean {
  return USABLE.test(text);
}

function readOrCreate(path: string): string {
  const found = readPrivateFile(path, 'the token')?.trim();
  if (found !== undefined && isUsableToken(found)) return found;
  if (found !== undefined) return replace(path);
  const token = newToken();
  const draft = writeDraft(path, token);
  try {
    // A link fails where a name exists, as O_EXCL does, and the file is never seen half written.
    linkSync(draft, path);
  } catch (cause) {
    throw unusable(path, cause);
  } finally {
    rmSync(draft, { force: true });
  }
  return token;
}

function replace(path: string): string {
  const token = newToken();
  const draft = writeDraft(path, token);
  try {
    renameSync(draft, path);
  } catch (cause) {
    rmSync(draft, { force: true });
    throw unusable(path, cause);
  }
  return token;
}

function writeDraft(path: string, token: string): string {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  try {
    const fd = openSync(draft, O_WRONLY | O_CREAT | O_EXCL | (O_NOFOLLOW ?? 0), 0o600);
    try {
      writeFileSync(fd, token);
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    rmSync(draft, { force: true });
    throw unusable(path, cause);
  }
  return draft;
}

function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('hex');
}

function unusable(path: string, cause: unknown): StyxyError {
  return new StyxyError('HOME_UNUSABLE', `${path} cannot be written: ${(cause as Error).message}`, {
    hint: 'Free some disk space, or correct the owner and mode of STYXY_HOME.',
    cause,
  });
}
