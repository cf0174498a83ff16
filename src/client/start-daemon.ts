// Owns the start of a daemon by a client, so that many clients on a cold machine end with one daemon and all answered.

import { closeSync, openSync, readFileSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { StyxyError } from '../errors.ts';
import { type Home, makeDirectory } from '../home.ts';
import { type DiscoverOptions, findRunning, type Reached } from './find-daemon.ts';
import { monotonicMs } from './monotonic.ts';
import { type DaemonRefusal, spawnDaemon } from './spawn-daemon.ts';

/** How long all of it may take: a cold start, also on a machine that is busy. */
const START_TIMEOUT_MS = 15_000;
/** A marker older than this was left by a client that ended in between. */
const MARKER_STALE_MS = START_TIMEOUT_MS;
const POLL_MIN_MS = 4;
const POLL_MAX_MS = 80;

/**
 * Starts a daemon, or waits for the one that another client is starting.
 *
 * @throws StyxyError DAEMON_UNREACHABLE with the daemon's own reason in `reason`
 */
export async function startDaemon(options: DiscoverOptions): Promise<Reached> {
  const { home } = options;
  prepareHome(home);
  const until = monotonicMs() + START_TIMEOUT_MS;
  const attempt = (): Promise<Reached | null> => findRunning(home, options.timeoutMs);
  for (let pauseMs = POLL_MIN_MS; monotonicMs() < until; pauseMs = Math.min(pauseMs * 1.5, POLL_MAX_MS)) {
    const found = await attempt();
    if (found !== null) return found;
    if (takeMarker(home)) {
      try {
        const started = await startHere(options, until, attempt);
        if (started !== null) return started;
      } finally {
        dropMarker(home);
      }
    }
    await sleep(pauseMs);
  }
  throw cannotStart(home, null);
}

async function startHere(
  options: DiscoverOptions,
  until: number,
  attempt: () => Promise<Reached | null>,
): Promise<Reached | null> {
  // Between the last look and the marker another client may have finished its start.
  const before = await attempt();
  if (before !== null) return before;
  const refusal = await spawnDaemon(
    options.home,
    options.env,
    Math.max(0, until - monotonicMs()),
    options.daemonArgs,
  );
  if (refusal !== null && refusal.code !== 'ALREADY_RUNNING') throw cannotStart(options.home, refusal);
  // A daemon that says "already running" lost to one that may still be about to listen.
  while (monotonicMs() < until) {
    const found = await attempt();
    if (found !== null) return found;
    await sleep(POLL_MIN_MS);
  }
  return null;
}

function cannotStart(home: Home, refusal: DaemonRefusal | null): StyxyError {
  if (refusal === null) {
    return new StyxyError(
      'DAEMON_UNREACHABLE',
      `No daemon for ${home.dir} could be started within ${START_TIMEOUT_MS / 1000} s`,
      { hint: '`styxy daemon logs` shows what it said; `styxy daemon run` starts one in the foreground.' },
    );
  }
  return new StyxyError('DAEMON_UNREACHABLE', `The daemon could not be started: ${refusal.detail}`, {
    hint: refusal.hint,
    fields: { reason: refusal.code },
  });
}

/** @throws StyxyError DAEMON_UNREACHABLE */
function prepareHome(home: Home): void {
  try {
    makeDirectory(home.dir);
    makeDirectory(home.logs);
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    const reasons: Record<string, string> = {
      EACCES: 'this user may not write there',
      EPERM: 'this user may not write there',
      EROFS: 'the file system is read-only',
      ENOTDIR: 'a part of the path is no directory',
      EEXIST: 'it is no directory',
      ENOSPC: 'the disk is full',
      ENOENT: 'nothing can be created there',
    };
    throw new StyxyError(
      'DAEMON_UNREACHABLE',
      `The daemon could not be started: ${home.dir} cannot be used, ${reasons[code] ?? message}`,
      {
        hint: 'Set STYXY_HOME to a directory of yours that can be written.',
        fields: { reason: 'HOME_UNUSABLE' },
        cause,
      },
    );
  }
}

/** @returns whether this client is the one to start the daemon. */
function takeMarker(home: Home): boolean {
  const path = markerPath(home);
  try {
    const fd = openSync(path, 'wx', 0o600);
    writeSync(fd, String(process.pid));
    closeSync(fd);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Without a marker there may be a few daemons too many, of which all but one end by themselves.
    if (code !== 'EEXIST') return true;
    if (isStale(path)) dropMarker(home);
    return false;
  }
}

function isStale(path: string): boolean {
  try {
    if (Math.abs(Date.now() - statSync(path).mtimeMs) > MARKER_STALE_MS) return true;
    const pid = Number(readFileSync(path, 'latin1'));
    if (!Number.isInteger(pid) || pid < 1) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function dropMarker(home: Home): void {
  try {
    unlinkSync(markerPath(home));
  } catch {
    // Gone already: that is what was wanted.
  }
}

function markerPath(home: Home): string {
  return join(home.dir, 'daemon.starting');
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
