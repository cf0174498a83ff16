// Owns what becomes of a daemon of another version: a newer command line may replace an older daemon, never the reverse.

import { API_VERSION, VERSION } from '../api/api-version.ts';
import { StyxyError } from '../errors.ts';
import type { Home } from '../home.ts';
import { endDaemon, hasEnded } from './end-daemon.ts';
import { type DiscoverOptions, findRunning, type Reached } from './find-daemon.ts';
import { exchange } from './http.ts';
import { replaceDaemon } from './replace-daemon.ts';
import { type DaemonInfo, isRunning, lifeOf, readDaemonInfo } from './running-daemon.ts';
import { runsSameProgram } from './supervisor.ts';

const ASK_TIMEOUT_MS = 2_000;
/** A little more than the daemon gives to the requests that are under way. */
const END_TIMEOUT_MS = 6_000;

/**
 * Goes on with the daemon that was found, or with a new one in its place when it is older than this program.
 *
 * One in the foreground is somebody else's program: it is left alone, and whoever runs it restarts it. An autostart of this very
 * program does so by itself.
 *
 * @param info what `daemon.json` says, with a version that is not this program's
 * @throws StyxyError DAEMON_UNREACHABLE when the two speak different versions of the API and it stays as it is
 */
export async function settleVersion(
  found: Reached,
  info: DaemonInfo,
  options: DiscoverOptions,
): Promise<Reached> {
  // The file may be a former daemon's: of the one that answers, nothing is known then.
  if (!isRunning(info)) return found;
  const { home, env, autostart } = options;
  const isOlder = compareVersions(info.version ?? '', VERSION) < 0;
  if (isOlder && autostart && (!info.isForeground || runsSameProgram(home, env, info.pid))) {
    found.socket.destroy();
    return await replaceDaemon(options, info, {
      end: () => stopGracefully(home, info),
      said: `The daemon (pid ${info.pid}) of version ${info.version} was replaced`,
    });
  }
  if (info.apiVersion === null || info.apiVersion === API_VERSION) return found;
  found.socket.destroy();
  throw otherApi(home, info, isOlder);
}

/**
 * Refuses to put a daemon of this program in the place of one that runs and is newer.
 *
 * @throws StyxyError ALREADY_RUNNING
 */
export function refuseNewerDaemon(home: Home): void {
  const info = readDaemonInfo(home);
  if (info === null || info.version === null || lifeOf(info) === 'gone') return;
  if (compareVersions(info.version, VERSION) <= 0) return;
  throw new StyxyError(
    'ALREADY_RUNNING',
    `The daemon (pid ${info.pid}) of ${home.dir} is of version ${info.version}; this styxy is of version ${VERSION}, and an older one replaces no newer one`,
    {
      hint: `Use the newer one: \`npm install -g styxy@${info.version}\`, or the version that your project depends on.`,
      fields: { pid: info.pid, daemon_version: info.version },
    },
  );
}

/** Asks for a stop in good order, which lets others have their answers, and insists where that is of no use. */
async function stopGracefully(home: Home, info: DaemonInfo): Promise<void> {
  const reached = await findRunning(home, ASK_TIMEOUT_MS);
  if (reached === null) return;
  const { socket, endpoint } = reached;
  await exchange(socket, endpoint, 'POST', '/shutdown', undefined, ASK_TIMEOUT_MS).catch(() => null);
  if (!(await hasEnded(home, info, END_TIMEOUT_MS))) await endDaemon(home, info, 0);
}

function otherApi(home: Home, info: DaemonInfo, isOlder: boolean): StyxyError {
  const daemon = `The daemon (pid ${info.pid}) of ${home.dir} is of version ${info.version} with API version ${info.apiVersion}`;
  return new StyxyError(
    'DAEMON_UNREACHABLE',
    `${daemon}; this styxy is of version ${VERSION} with API version ${API_VERSION}`,
    {
      hint: isOlder
        ? 'Restart it with this version: `styxy daemon restart`.'
        : 'Use the newer one: `npm install -g styxy@latest`, or the version that your project depends on.',
      fields: { reason: 'API_VERSION', daemon_version: info.version },
    },
  );
}

/**
 * Orders versions as Semantic Versioning does: by numbers, and what has a pre-release before what has none.
 *
 * @returns below zero when `a` is older; 0 also when one of them is no version
 */
export function compareVersions(a: string, b: string): number {
  const [first, second] = [parse(a), parse(b)];
  if (first === null || second === null) return 0;
  for (const [index, number] of first.numbers.entries()) {
    const difference = number - (second.numbers[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return comparePreReleases(first.preRelease, second.preRelease);
}

function comparePreReleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const [mine, other] = [a[index], b[index]];
    if (mine === other) continue;
    if (mine === undefined) return -1;
    if (other === undefined) return 1;
    const areNumbers = [mine, other].map((part) => /^\d+$/.test(part));
    if (areNumbers[0] && areNumbers[1]) return Number(mine) - Number(other);
    if (areNumbers[0] !== areNumbers[1]) return areNumbers[0] ? -1 : 1;
    return mine < other ? -1 : 1;
  }
  return 0;
}

function parse(version: string): { numbers: readonly number[]; preRelease: readonly string[] } | null {
  const found = /^(\d+)\.(\d+)\.(\d+)(?:-([\w.-]+))?(?:\+[\w.-]+)?$/.exec(version);
  if (found === null) return null;
  return { numbers: found.slice(1, 4).map(Number), preRelease: found[4]?.split('.') ?? [] };
}
