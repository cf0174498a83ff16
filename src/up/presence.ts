// Owns the proof that this process runs the services of a project: a lock that the kernel drops with its holder, and a record.

import { randomBytes } from 'node:crypto';
import { readlinkSync, rmSync } from 'node:fs';
import { isatty } from 'node:tty';
import { takeLock } from '../config/config-lock.ts';
import type { ProcessIdentity } from '../core/process-identity.ts';
import { StyxyError } from '../errors.ts';
import { replaceFile } from '../home/replace-file.ts';
import { type Home, makeDirectory } from '../home.ts';
import type { Processes } from '../run/members.ts';
import { leftoversOf } from './leftovers.ts';
import { readPresence, type UpPaths, type UpRecord } from './up-record.ts';

export interface Presence {
  readonly record: UpRecord;
  /** Takes all traces away. */
  leave(): void;
}

/**
 * Makes this process the one that runs the services of a project.
 *
 * @param directory that of styxy.json
 * @throws StyxyError ALREADY_UP where another one does, or what it left behind still runs; HOME_UNUSABLE
 */
export async function takePresence(
  home: Home,
  directory: string,
  paths: UpPaths,
  processes: Processes,
): Promise<Presence> {
  const lock = await lockOf(home, paths);
  const former = readPresence(paths);
  if (lock === null) throw runsAlready(directory, former);
  try {
    const left = former === null ? [] : leftoversOf(home, processes, former)();
    if (former !== null && left.length > 0) throw leftBehind(directory, former, left);
    const record: UpRecord = {
      id: randomBytes(16).toString('hex'),
      runner: processes.identify(process.pid) ?? NOWHERE,
      terminal: terminalName(),
      startedAt: new Date().toISOString(),
    };
    write(home, paths, record);
    return {
      record,
      leave: () => {
        rmSync(paths.record, { force: true });
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** What cannot be told of the own process. */
const NOWHERE: ProcessIdentity = { pid: process.pid, startTicks: '', bootId: '', pidNamespace: '' };

async function lockOf(home: Home, paths: UpPaths): ReturnType<typeof takeLock> {
  try {
    makeDirectory(home.dir);
    makeDirectory(home.up);
    return await takeLock(paths.lock, 0);
  } catch (cause) {
    throw unusable(home, cause);
  }
}

function write(home: Home, paths: UpPaths, record: UpRecord): void {
  try {
    replaceFile(paths.record, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  } catch (cause) {
    throw unusable(home, cause);
  }
}

function unusable(home: Home, cause: unknown): StyxyError {
  return new StyxyError('HOME_UNUSABLE', `${home.up} cannot be written: ${(cause as Error).message}`, {
    cause,
  });
}

function runsAlready(directory: string, record: UpRecord | null): StyxyError {
  const where = record === null ? '' : ` (${whereabouts(record)})`;
  return new StyxyError('ALREADY_UP', `\`styxy up\` runs already in ${directory}${where}`, {
    fields: fieldsOf(directory, record),
  });
}

function leftBehind(directory: string, record: UpRecord, left: readonly ProcessIdentity[]): StyxyError {
  const pids = left.map(({ pid }) => pid);
  const what = `An earlier \`styxy up\` in ${directory} is gone (${whereabouts(record)}), and what it started still runs`;
  return new StyxyError('ALREADY_UP', `${what}: pid ${pids.slice(0, MAX_TOLD).join(', ')}`, {
    fields: { ...fieldsOf(directory, record), left: pids.slice(0, MAX_TOLD) },
  });
}

/** How many pids are told. */
const MAX_TOLD = 20;

function whereabouts({ runner, terminal, startedAt }: UpRecord): string {
  const since = `since ${startedAt.slice(0, 16).replace('T', ' ')} UTC`;
  return `pid ${runner.pid}${terminal === null ? '' : ` on ${terminal}`}, ${since}`;
}

function fieldsOf(directory: string, record: UpRecord | null): Record<string, unknown> {
  if (record === null) return { directory };
  return { directory, pid: record.runner.pid, terminal: record.terminal, started_at: record.startedAt };
}

function terminalName(): string | null {
  for (const fd of [0, 1, 2]) {
    if (!isatty(fd)) continue;
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return null;
    }
  }
  return null;
}
