// Owns the marker of a start: of many clients that find no daemon, or a dead one, one at a time does something about it.

import { closeSync, openSync, readFileSync, statSync, unlinkSync, utimesSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from '../home.ts';
import { readPlace } from './place.ts';
import { readStat } from './running-daemon.ts';

/** How often a client that acts says so. */
const TOUCH_MS = 2_000;
/** A client that has said nothing for so long is stopped: it keeps nobody for longer, and others have time left to act. */
const STALE_MS = 8_000;
/** Between the making of the file and the writing of its content lies next to nothing. */
const EMPTY_MS = 1_000;

/** @returns whether this client is the one to act */
export function takeMarker(home: Home): boolean {
  const path = markerPath(home);
  try {
    const fd = openSync(path, 'wx', 0o600);
    writeSync(fd, ownText());
    closeSync(fd);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Without a marker there may be a few daemons too many, of which all but one end by themselves.
    if (code !== 'EEXIST') return true;
    if (isStale(path)) remove(path);
    return false;
  }
}

/** Keeps the marker fresh, however long the start or the replacement takes; the returned function ends that. */
export function keepMarker(home: Home): () => void {
  const timer = setInterval(() => touch(markerPath(home)), TOUCH_MS).unref();
  return () => clearInterval(timer);
}

/** Drops the marker, unless another client has it by now. */
export function dropMarker(home: Home): void {
  const path = markerPath(home);
  if (readText(path) === ownText()) remove(path);
}

function markerPath(home: Home): string {
  return join(home.dir, 'daemon.starting');
}

/** The pid is not enough: a marker that a crash left would be kept alive by whoever gets the pid next. */
function ownText(): string {
  const place = readPlace();
  return [process.pid, place?.pidNamespace ?? '', readStat(process.pid)?.startTicks ?? ''].join(' ');
}

function isStale(path: string): boolean {
  let ageMs = 0;
  try {
    ageMs = Math.abs(Date.now() - statSync(path).mtimeMs);
  } catch {
    // Dropped in between.
    return false;
  }
  if (ageMs > STALE_MS) return true;
  const [pid = '', namespace = '', ticks = ''] = (readText(path) ?? '').split(' ');
  if (!/^[1-9]\d{0,9}$/.test(pid)) return ageMs > EMPTY_MS;
  // Of a process in another namespace nothing is known but the marker's age.
  if (namespace !== '' && namespace !== readPlace()?.pidNamespace) return false;
  if (ticks !== '') return readStat(Number(pid))?.startTicks !== ticks;
  return !exists(Number(pid));
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Leaves alone what another client has by now. */
function touch(path: string): void {
  if (readText(path) !== ownText()) return;
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // Dropped in between, or on a disk that became read-only: then it may count as stale.
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Gone already: that is what was wanted.
  }
}
