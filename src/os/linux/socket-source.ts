// Owns the reading of the kernel's socket table: by `ss`, and by /proc/net where that is missing or fails.

import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Protocol } from '../../core/lease.ts';
import { parseProcNet } from './parse-proc-net.ts';
import { parseSs } from './parse-ss.ts';
import type { SocketRow } from './socket-row.ts';

const SS_TIMEOUT_MS = 2_000;
/** Room for more than 200,000 sockets. */
const MAX_SS_OUTPUT_BYTES = 64 * 1024 * 1024;
/** `ss` that failed or hung once is left alone for so long, lest every reading waits for it. */
const SS_REST_MS = 30_000;

const SYSTEM_DIRECTORIES = ['/usr/bin', '/usr/sbin', '/bin', '/sbin', '/run/current-system/sw/bin'];

const PROC_NET: readonly (readonly [Protocol, string])[] = [
  ['tcp', '/proc/net/tcp'],
  ['tcp', '/proc/net/tcp6'],
  ['udp', '/proc/net/udp'],
  ['udp', '/proc/net/udp6'],
];

/** The sockets that take a port, and whether their owners were looked up as well; null when nothing can be read. */
export type SocketSource = () => Promise<{ rows: readonly SocketRow[]; hasOwners: boolean } | null>;

/** `ss`, else /proc/net. */
export function createSocketSource(): SocketSource {
  let ssRestsUntil = Number.NEGATIVE_INFINITY;
  return async () => {
    if (performance.now() >= ssRestsUntil) {
      const ss = await findProgram('ss');
      const rows = ss === null ? null : await readSs(ss);
      if (rows !== null) return { rows, hasOwners: true };
      if (ss !== null) ssRestsUntil = performance.now() + SS_REST_MS;
    }
    const rows = await readProcNet();
    return rows === null ? null : { rows, hasOwners: false };
  };
}

/** @returns null when a file that every kernel has cannot be read */
export async function readProcNet(): Promise<SocketRow[] | null> {
  const isLittleEndian = endianness() === 'LE';
  const files = await Promise.all(
    PROC_NET.map(async ([protocol, path]) => {
      try {
        return parseProcNet(await readFile(path, 'latin1'), protocol, isLittleEndian);
      } catch {
        // A kernel without IPv6 lacks its two files; without the others nothing can be said.
        return path.endsWith('6') ? [] : null;
      }
    }),
  );
  return files.includes(null) ? null : files.flatMap((rows) => rows ?? []);
}

/** @returns null when `ss` fails, hangs or is none */
function readSs(path: string): Promise<SocketRow[] | null> {
  const { promise, resolve } = Promise.withResolvers<SocketRow[] | null>();
  execFile(
    path,
    ['-Hltunpe'],
    {
      env: { LC_ALL: 'C' },
      cwd: '/',
      timeout: SS_TIMEOUT_MS,
      killSignal: 'SIGKILL',
      maxBuffer: MAX_SS_OUTPUT_BYTES,
    },
    (error, stdout) => resolve(error === null ? parseSs(stdout) : null),
  );
  return promise;
}

/** The absolute path of a program: the system's own first, then whatever the path says. */
async function findProgram(name: string): Promise<string | null> {
  const named = (process.env.PATH ?? '').split(delimiter).filter(isAbsolute);
  for (const directory of [...SYSTEM_DIRECTORIES, ...named]) {
    const path = join(directory, name);
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      // Not there.
    }
  }
  return null;
}
