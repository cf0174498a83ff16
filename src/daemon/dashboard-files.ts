// Owns the dashboard's files: found beside the program, read when a browser first asks, all of one build.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** The page's own name among the files. */
export const PAGE = 'index.html';

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

export interface DashboardFile {
  readonly type: string;
  readonly bytes: Buffer;
  /** The same, compressed: through a tunnel it is fewer bytes. */
  readonly gzipped: Buffer;
}

export interface DashboardFiles {
  /** A file by its name; null where there is none, as where nothing was built. */
  find(name: string): Promise<DashboardFile | null>;
}

/** @param folders where the files may be, the best place first */
export function createDashboardFiles(folders: readonly string[] = FOLDERS): DashboardFiles {
  let loading: Promise<ReadonlyMap<string, DashboardFile>> | null = null;
  const load = async (): Promise<ReadonlyMap<string, DashboardFile>> => {
    const files = await read(folders);
    // What is not there yet may be built later.
    if (files.size === 0) loading = null;
    return files;
  };
  return {
    async find(name) {
      // All at once: an update of the package takes the files away from under a daemon that runs on.
      loading ??= load();
      return (await loading).get(name) ?? null;
    },
  };
}

/** Beside the bundle; for a daemon that runs from its source, where the build puts them. */
const FOLDERS = [
  join(import.meta.dirname, 'dashboard'),
  join(import.meta.dirname, '..', '..', 'dist', 'dashboard'),
];

async function read(folders: readonly string[]): Promise<ReadonlyMap<string, DashboardFile>> {
  const files = new Map<string, DashboardFile>();
  for (const folder of folders) {
    for (const name of namesIn(folder)) {
      const type = TYPES[name.slice(name.lastIndexOf('.') + 1)];
      if (type === undefined) continue;
      const bytes = readFileSync(join(folder, name));
      files.set(name, { type, bytes, gzipped: await promisify(gzip)(bytes) });
    }
    if (files.has(PAGE)) return files;
    files.clear();
  }
  return files;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
