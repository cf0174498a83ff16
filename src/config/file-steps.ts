// Owns the single steps of writing a file safely, so that a test can have each of them fail, or be the last one.

import type { Stats } from 'node:fs';
import * as fs from 'node:fs/promises';
import { constants, type FileHandle, open } from 'node:fs/promises';

export interface FileSteps {
  read(path: string): Promise<Buffer>;
  /** @returns null where there is nothing */
  status(path: string): Promise<Stats | null>;
  readLink(path: string): Promise<string>;
  realPath(path: string): Promise<string>;
  list(dir: string): Promise<string[]>;
  makeDirectory(dir: string): Promise<void>;
  /** Writes a new file, whole and durable. */
  create(path: string, bytes: Buffer, mode: number): Promise<void>;
  /** Gives a file to another owner, where that may be done. */
  giveTo(path: string, uid: number, gid: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes the names in a directory durable, where the platform can. */
  syncDirectory(dir: string): Promise<void>;
}

export const FILE_STEPS: FileSteps = {
  read: (path) => fs.readFile(path),
  status: async (path) => {
    try {
      return await fs.lstat(path);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  },
  readLink: (path) => fs.readlink(path),
  realPath: (path) => fs.realpath(path),
  list: (dir) => fs.readdir(dir),
  makeDirectory: async (dir) => void (await fs.mkdir(dir, { recursive: true, mode: 0o700 })),
  create: async (path, bytes, mode) => {
    const file: FileHandle = await open(
      path,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL,
      mode,
    );
    try {
      await file.writeFile(bytes);
      // Whatever the umask is.
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
  },
  giveTo: (path, uid, gid) => fs.chown(path, uid, gid),
  rename: (from, to) => fs.rename(from, to),
  remove: (path) => fs.rm(path, { force: true }),
  syncDirectory: async (dir) => {
    if (process.platform === 'win32') return;
    const handle = await fs.open(dir, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};
