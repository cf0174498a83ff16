// Owns what becomes of a daemon that is silent: waited for, replaced where that is allowed and safe, or reported.

import { existsSync } from 'node:fs';
import { VERSION } from '../api/api-version.ts';
import { StyxyError } from '../errors.ts';
import type { Home } from '../home.ts';
import { compareVersions } from './daemon-version.ts';
import { endDaemon } from './end-daemon.ts';
import type { DiscoverOptions, Reached } from './find-daemon.ts';
import type { Endpoint } from './http.ts';
import { replaceDaemon } from './replace-daemon.ts';
import { type DaemonInfo, isProven, isSameDaemon, readDaemonInfo } from './running-daemon.ts';
import { lookAtSilence } from './silence.ts';
import { findSupervisor, isStarting } from './supervisor.ts';

/** What to say of a daemon that was looked at and is not waited for. */
const FOUND = {
  stopped: 'it is stopped, as by SIGSTOP or ctrl-Z',
  deadlocked: 'it hangs',
  traced: 'a debugger holds it',
} as const;
/** A daemon that hangs may come to itself just then, and end in good order. */
const END_GRACE_MS = 1_000;

/**
 * Looks at the daemon that has been silent on `endpoint`, and replaces it when it cannot answer any more.
 *
 * @param restMs how much longer a daemon that is merely busy is waited for
 * @param answered settles when the answer came after all
 * @returns the new daemon, or null when the old one is to be waited for
 * @throws StyxyError DAEMON_UNREACHABLE that says what was found, where it may not or cannot be replaced
 */
export async function settleSilence(
  options: DiscoverOptions,
  endpoint: Endpoint,
  restMs: number,
  answered: Promise<unknown>,
): Promise<Reached | null> {
  const { home, autostart } = options;
  const { kind, info } = await lookAtSilence(home, endpoint, restMs, answered);
  // Of one that ended, the connection breaks, which is heard of where the answer is waited for.
  if (kind === 'answers' || kind === 'busy' || kind === 'gone') return null;
  if (info === null || kind === 'unproven') {
    if (await isBeingBorn(options, info)) return null;
    throw unproven(home, info);
  }
  // An older program replaces no newer daemon, not even one that hangs.
  if (compareVersions(info.version ?? '', VERSION) > 0) throw newerSilent(home, info, kind);
  if (kind === 'traced' || !autostart) throw silent(home, info, kind);
  return await replaceDaemon(options, info, {
    end: () => endDaemon(home, info, END_GRACE_MS),
    said: `The daemon (pid ${info.pid}) did not answer, ${FOUND[kind]}, and was replaced`,
  });
}

/** A supervisor holds the socket also before the daemon is there, and a daemon may have come meanwhile. */
async function isBeingBorn({ home, env }: DiscoverOptions, before: DaemonInfo | null): Promise<boolean> {
  const now = readDaemonInfo(home);
  if (now !== null && isProven(home, now) && !isSameDaemon(now, before)) return true;
  const supervisor = findSupervisor(home, env);
  return supervisor !== null && (await isStarting(supervisor));
}

function silent(home: Home, { pid }: DaemonInfo, kind: keyof typeof FOUND): StyxyError {
  const hints = {
    stopped: `\`styxy daemon restart\` replaces it, \`kill -CONT ${pid}\` wakes it; no lease is lost.`,
    deadlocked: '`styxy daemon restart` replaces it; no lease is lost.',
    traced: 'Let the debugger go on, or replace it with `styxy daemon restart`; no lease is lost.',
  };
  return new StyxyError(
    'DAEMON_UNREACHABLE',
    `The daemon (pid ${pid}) of ${home.dir} does not answer: ${FOUND[kind]}`,
    {
      hint: hints[kind],
      fields: { reason: kind, pid },
    },
  );
}

function newerSilent(home: Home, { pid, version }: DaemonInfo, kind: keyof typeof FOUND): StyxyError {
  return new StyxyError(
    'DAEMON_UNREACHABLE',
    `The daemon (pid ${pid}) of ${home.dir} does not answer: ${FOUND[kind]}. It is of version ${version}; this styxy is of version ${VERSION}, and an older one replaces no newer one`,
    {
      hint: `A command of the newer one replaces it (\`npm install -g styxy@${version}\`, or the version that your project depends on); \`styxy daemon stop\` ends it. No lease is lost.`,
      fields: { reason: kind, pid, daemon_version: version },
    },
  );
}

/** Nobody is ended on suspicion. */
function unproven(home: Home, info: DaemonInfo | null): StyxyError {
  const named = info === null ? 'daemon.json names none' : `daemon.json names pid ${info.pid}`;
  return new StyxyError(
    'DAEMON_UNREACHABLE',
    `The daemon of ${home.dir} does not answer, and which process it is cannot be proven from here (${named}), so that nothing was ended`,
    {
      hint: existsSync(home.store)
        ? `Find who has ${home.store} open (\`fuser '${home.store}'\`), end that process where it runs, and try again; no lease is lost.`
        : `No daemon ever served this home: another program listens on its socket (\`fuser '${home.socket}'\`). End that one, remove the socket, and try again.`,
      fields: { reason: 'unproven' },
    },
  );
}
