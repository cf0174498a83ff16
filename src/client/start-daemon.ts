// Owns the start of a daemon by a client, so that many clients on a cold machine end with one daemon and all answered.

import { otherPort } from '../api/other-port.ts';
import { StyxyError } from '../errors.ts';
import { type Home, makeDirectory, refuseSharedDirectory, resolveApiPort } from '../home.ts';
import { type DiscoverOptions, findRunning, type Reached } from './find-daemon.ts';
import { monotonicMs } from './monotonic.ts';
import { readDaemonInfo } from './running-daemon.ts';
import { type DaemonRefusal, spawnDaemon } from './spawn-daemon.ts';
import { dropMarker, keepMarker, takeMarker } from './start-marker.ts';
import { findSupervisor } from './supervisor.ts';
import { findUserManager, startByManager } from './user-manager.ts';

/** How long all of it may take: a cold start, also on a machine that is busy. */
const START_TIMEOUT_MS = 15_000;
/** How long another daemon that has the home's lock may take until it listens. */
const RIVAL_TIMEOUT_MS = 8_000;
/** How long a daemon that the user's service manager started may take until it listens, before another way is tried. */
const MANAGED_TIMEOUT_MS = 4_000;
const POLL_MIN_MS = 4;
const POLL_MAX_MS = 80;

/**
 * Starts a daemon, or waits for the one that another client is starting.
 *
 * @throws StyxyError DAEMON_UNREACHABLE with the daemon's own reason in `reason`, HOME_UNSAFE
 */
export async function startDaemon(options: DiscoverOptions): Promise<Reached> {
  prepareHome(options.home);
  return await oneAtATime(
    options.home,
    () => findRunning(options.home, options.timeoutMs),
    (until) => startHere(options, until),
  );
}

/**
 * Looks and acts until one of the two finds a daemon; of all clients of a home one at a time acts.
 *
 * @throws StyxyError DAEMON_UNREACHABLE when there is none in time, and what the two throw
 */
export async function oneAtATime(
  home: Home,
  look: () => Promise<Reached | null>,
  act: (until: number) => Promise<Reached | null>,
): Promise<Reached> {
  const until = monotonicMs() + START_TIMEOUT_MS;
  for (let pauseMs = POLL_MIN_MS; monotonicMs() < until; pauseMs = Math.min(pauseMs * 1.5, POLL_MAX_MS)) {
    const found = await look();
    if (found !== null) return found;
    if (takeMarker(home)) {
      const letGo = keepMarker(home);
      try {
        const done = await act(until);
        if (done !== null) return done;
      } finally {
        letGo();
        dropMarker(home);
      }
    }
    await sleep(pauseMs);
  }
  throw cannotStart(home, null);
}

/**
 * Starts a daemon as the one client that does, unless one runs by now.
 *
 * @param until the moment to give up, by `monotonicMs`
 * @returns null when none could be reached by then
 * @throws StyxyError DAEMON_UNREACHABLE with the daemon's own reason in `reason`
 */
export async function startHere(options: DiscoverOptions, until: number): Promise<Reached | null> {
  const { home, env, timeoutMs, daemonArgs } = options;
  // Between the last look and the marker another client may have finished its start.
  const before = await findRunning(home, timeoutMs);
  if (before !== null) return before;
  const supervised = await startSupervised(options, until);
  if (supervised !== null) return supervised;
  const manager = findUserManager(env);
  if (manager !== null && (await startByManager(manager, home, env, daemonArgs ?? []))) {
    const born = await reachUntil(options, Math.min(until, monotonicMs() + MANAGED_TIMEOUT_MS));
    if (born !== null) {
      tellOfOtherPort(options);
      return born;
    }
    // The manager may be outside of a sandbox, and not see this home; or the daemon said no, and says why to us.
  }
  const refusal = await spawnDaemon(home, env, Math.max(0, until - monotonicMs()), daemonArgs);
  const isRival = refusal?.code === 'ALREADY_RUNNING';
  if (refusal !== null && !isRival) throw cannotStart(home, refusal);
  // A daemon that says "already running" lost to one that may still be about to listen.
  const patience = isRival ? Math.min(until, monotonicMs() + RIVAL_TIMEOUT_MS) : until;
  const reached = await reachUntil(options, patience);
  if (reached === null && isRival) throw cannotReach(refusal);
  if (reached !== null) tellOfOtherPort(options);
  return reached;
}

/**
 * Has the installed autostart start the daemon, so that one started by hand does not stand in its way.
 *
 * @returns null where there is none, it cannot do it, or the daemon is to listen elsewhere than the autostart says
 */
async function startSupervised(options: DiscoverOptions, until: number): Promise<Reached | null> {
  if (options.daemonArgs?.includes('--listen') === true) return null;
  const supervisor = findSupervisor(options.home, options.env);
  if (supervisor === null) return null;
  const isReady = await supervisor.start(Math.max(1, until - monotonicMs()));
  if (!isReady || !supervisor.isParent) return null;
  return await reachUntil(options, Math.min(until, monotonicMs() + MANAGED_TIMEOUT_MS));
}

/** Whoever names a port wants to find the API there; of the usual one it is no news that it is taken. */
function tellOfOtherPort({ home, env, onNotice }: DiscoverOptions): void {
  const named = env.STYXY_API_PORT ?? '';
  const info = readDaemonInfo(home);
  if (named === '' || info === null) return;
  const asked = resolveApiPort(env);
  if (asked !== 0 && asked !== info.port) onNotice?.(otherPort(asked, info.port));
}

async function reachUntil({ home, timeoutMs }: DiscoverOptions, until: number): Promise<Reached | null> {
  while (monotonicMs() < until) {
    const found = await findRunning(home, timeoutMs);
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

function cannotReach(refusal: DaemonRefusal): StyxyError {
  return new StyxyError('DAEMON_UNREACHABLE', `${refusal.detail}, but it cannot be reached from here`, {
    hint: 'It may run in another container or sandbox, or hang in its start. End it where it runs, or set STYXY_HOME to a directory that is not shared with it.',
    fields: { reason: refusal.code },
  });
}

/** @throws StyxyError DAEMON_UNREACHABLE, HOME_UNSAFE */
function prepareHome(home: Home): void {
  // Before anything of ours is in it, by which it would be taken for a home.
  refuseSharedDirectory(home);
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

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
