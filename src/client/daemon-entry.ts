// Owns where the daemon's program is, beside the running file, and with which flags Node runs it.

import { extname, join } from 'node:path';

/**
 * Warnings of Node's are of no use to users. The rest keeps the daemon small: a young generation of 4 MB a half, and no compiling on
 * threads, whose memory is never given back. Unlike most others, neither flag keeps Node from using the code that it
 * holds compiled.
 */
const NODE_FLAGS = [
  '--disable-warning=ExperimentalWarning',
  '--max-semi-space-size=4',
  '--no-concurrent-recompilation',
];

/** The program and its arguments that run the daemon: from source in development, the bundle once packed. */
export function daemonCommand(args: readonly string[]): { file: string; args: string[] } {
  return { file: process.execPath, args: [...NODE_FLAGS, daemonEntry(), ...args] };
}

/** The absolute path of the daemon's program. */
export function daemonEntry(): string {
  return entryOf('daemon', 'daemon.cjs');
}

/** The absolute path of the command line's program. */
export function commandLineEntry(): string {
  return entryOf('cli', 'styxy.cjs');
}

function entryOf(room: string, bundle: string): string {
  const isSource = extname(import.meta.filename) === '.ts';
  return isSource ? join(import.meta.dirname, '..', room, 'main.ts') : join(import.meta.dirname, bundle);
}

const KEPT = /^(PATH|HOME|USER|LOGNAME|LANG|LC_[A-Z]+|XDG_[A-Z_]+|STYXY_[A-Z_]+|TMPDIR|TZ|NO_COLOR)$/;
/** What Windows needs to run a program at all. */
const KEPT_ON_WINDOWS =
  /^(SYSTEMROOT|SYSTEMDRIVE|WINDIR|USERPROFILE|USERNAME|APPDATA|LOCALAPPDATA|TEMP|TMP|PATHEXT|COMSPEC)$/i;
/** These belong to the one command that has them, not to the daemon that outlives it. */
const OF_ONE_COMMAND = /^STYXY_(INSTANCE|LOCK_ID|RUN_ID|SLUG|PORT_.*|URL_.*|AUTOSTART)$/;

/** The daemon's environment: it outlives its starter, and must not carry its secrets, ports and flags along. */
export function daemonEnvironment(env: NodeJS.ProcessEnv, homeDir: string): NodeJS.ProcessEnv {
  const kept: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(env)) {
    const isKept = KEPT.test(name) || (process.platform === 'win32' && KEPT_ON_WINDOWS.test(name));
    if (isKept && !OF_ONE_COMMAND.test(name)) kept[name] = value;
  }
  kept.STYXY_HOME = homeDir;
  return kept;
}
