// Owns the names of the programs that can start a server: those of the catalogue, of launchers, managers and interpreters.

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
