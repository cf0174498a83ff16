// Owns the names by which a command can concern us at all: those of the catalogue, of launchers, and of what ends processes.

import { TOOLS } from '../tools/catalogue/all.ts';
import { LEASELESS } from '../tools/catalogue/leaseless.ts';
import { LAUNCHERS } from '../tools/launchers.ts';
import { programName } from '../tools/word.ts';

const MANAGERS = ['npm', 'pnpm', 'yarn', 'yarnpkg', 'bun'];
/** What runs a file or a module that is named behind it. */
const INTERPRETERS = ['node', 'php', 'ruby'];
/** `python3.12`, `pypy3` and the like. */
const PYTHON = /^(?:python|pypy|py)[\d.]*$/;

/** The first words of everything that can start a server. */
const STARTERS: ReadonlySet<string> = new Set([
  ...MANAGERS,
  ...INTERPRETERS,
  ...[...TOOLS, ...LEASELESS].flatMap(({ commands }) => commands.map(firstWord)),
  ...LAUNCHERS.flatMap(({ starts }) => starts.map(firstWord)),
]);

function firstWord(text: string): string {
  return text.split(' ')[0] ?? text;
}

/** Whether a program of this name, with or without its folder, can start a server. */
export function canStartServer(program: string): boolean {
  const name = programName(program);
  return STARTERS.has(name) || PYTHON.test(name);
}

/**
 * Texts of which one is in every command line on which there is anything to decide, written as a shell gets it, quotes and
 * backslashes aside. Made for a front that can look for letters and nothing else.
 */
export function tellingTexts(): string[] {
  const all = new Set([...STARTERS, 'python', 'pypy', 'py', 'kill', 'fuser', 'freeport']);
  // What holds another one is found with it.
  return [...all].filter((text) => ![...all].some((other) => other !== text && text.includes(other))).sort();
}
