// Owns the letters by which a front that is no parser sees that an event may concern us. It errs on the side of asking.

import { TOOLS } from '../tools/catalogue/all.ts';
import { LEASELESS } from '../tools/catalogue/leaseless.ts';
import { STOPPERS } from './port-stoppers.ts';

/** What runs package scripts, files and modules, and may start anything that way. */
const RUNNERS = ['npm', 'pnpm', 'yarn', 'yarnpkg', 'bun', 'node', 'php', 'ruby'];
/** Their names go on with a version: `python3.12`. */
const PYTHONS = ['python', 'pypy', 'py'];
/** Whatever ends processes has one of these in its name. */
const ENDERS = ['kill', 'fuser', 'freeport'];
/** What ends servers in another way. */
const STOPS = ['docker', 'podman', 'nerdctl', ...STOPPERS.flatMap(({ programs }) => programs)];

export interface TellingWords {
  /** Whole words: the names of programs. */
  readonly words: readonly string[];
  /** Beginnings of words. */
  readonly beginnings: readonly string[];
  /** Letters anywhere. */
  readonly letters: readonly string[];
}

/**
 * The words of which one is in every command line on which there is anything to decide. What only stands in front of a
 * program, as `sudo` and `npx` do, is none of them: the program's own name is.
 */
export function tellingWords(): TellingWords {
  const names = new Set([
    ...RUNNERS,
    ...STOPS,
    ...[...TOOLS, ...LEASELESS].flatMap(({ commands }) => commands.map((each) => each.split(' ')[0] ?? each)),
  ]);
  const isFound = (name: string): boolean =>
    ENDERS.some((each) => name.includes(each)) || PYTHONS.some((each) => name.startsWith(each));
  return {
    words: [...names].filter((name) => !isFound(name)).sort(),
    beginnings: PYTHONS,
    letters: ENDERS,
  };
}
