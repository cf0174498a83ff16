// Owns what a process is called where there is no /proc, as on macOS, read from `ps`.

import { execFileSync } from 'node:child_process';
import type { ProcessFacts, ProcessNames } from './os.ts';

const TIMEOUT_MS = 2_000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;
/** One run of `ps` answers all that is asked within so long. */
const MAX_AGE_MS = 500;

/**
 * The names by `ps`. Nobody has run it on macOS yet.
 *
 * @param listProcesses what `ps -axo pid=,ppid=,pgid=,args=` prints; throws where it fails
 */
export function createPosixProcessNames(listProcesses: () => string = runPs): ProcessNames {
  let known: ReadonlyMap<number, ProcessFacts> = new Map();
  let readAt = Number.NEGATIVE_INFINITY;
  return {
    facts(pid) {
      if (performance.now() - readAt > MAX_AGE_MS) {
        try {
          known = new Map(parseNames(listProcesses()).map((facts) => [facts.pid, facts]));
        } catch {
          known = new Map();
        }
        readAt = performance.now();
      }
      return known.get(pid) ?? null;
    },
  };
}

/** Reads the rows of `ps`; what is no row is passed over. */
export function parseNames(text: string): ProcessFacts[] {
  return text.split('\n').flatMap((line) => {
    const [, pid, parent, group, command] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S.*)$/.exec(line) ?? [];
    if (pid === undefined || command === undefined) return [];
    const program = command.split(' ', 1)[0] ?? '';
    return [
      {
        pid: Number(pid),
        parent: Number(parent) || null,
        group: Number(group) || null,
        name: program.slice(program.lastIndexOf('/') + 1),
        command: command.trimEnd(),
      },
    ];
  });
}

function runPs(): string {
  return execFileSync('/bin/ps', ['-axo', 'pid=,ppid=,pgid=,args='], {
    env: { LC_ALL: 'C' },
    cwd: '/',
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: MAX_OUTPUT_BYTES,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
