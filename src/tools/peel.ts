// Owns the peeling of a command: what only starts another one is taken off, one layer at a time.

import { LAUNCHERS, type Launcher, NODE_VALUES } from './launchers.ts';
import { type Options, readOptions, valuesOf } from './options.ts';
import { type Situation, withAssigned, within } from './situation.ts';
import { isInPackages, programName, type Word } from './word.ts';

export type Peeled =
  | { readonly kind: 'words'; readonly situation: Situation }
  /** A shell's text is what runs. */
  | { readonly kind: 'text'; readonly text: string; readonly situation: Situation };

const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_]*)=([\s\S]*)$/;
const PYTHON = /^(?:python(?:\d(?:\.\d+)?)?|pypy3?|py)$/;
/** With these Node runs no file. */
const NODE_TEXT = /^(?:-[eipc]|--eval|--print|--interactive|--check|--test)$/;

/** One layer less, or null where nothing that is understood stands in front. */
export function peel(situation: Situation): Peeled | null {
  const { words } = situation;
  const program = programName(words[0]?.text ?? '');
  const launcher = LAUNCHERS.find(({ starts }) => starts.some((start) => isStartOf(words, start)));
  if (launcher !== undefined) return peelLauncher(situation, launcher);
  if (program === 'node') return from(situation, installedProgram(words));
  if (PYTHON.test(program)) return from(situation, pythonProgram(words));
  if (program === 'php') return from(situation, words[1]?.text.endsWith('artisan') === true ? 1 : null);
  if (program === 'ruby')
    return from(situation, /^(?:\.\/)?(?:bin|script)\/rails$/.test(words[1]?.text ?? '') ? 1 : null);
  return null;
}

function from(situation: Situation, index: number | null): Peeled | null {
  if (index === null) return null;
  return { kind: 'words', situation: { ...situation, words: situation.words.slice(index) } };
}

function isStartOf(words: readonly Word[], start: string): boolean {
  return start
    .split(' ')
    .every((part, at) => part === (at === 0 ? programName(words[0]?.text ?? '') : words[at]?.text));
}

function peelLauncher(situation: Situation, launcher: Launcher): Peeled | null {
  const { words } = situation;
  const start = launcher.starts.find((each) => isStartOf(words, each)) ?? '';
  const first = start.split(' ').length;
  if (launcher.needsDashes === true) {
    const dashes = words.findIndex(({ text }) => text === '--');
    return dashes < first ? null : inner(situation, launcher, dashes + 1);
  }
  const options = readOptions(words, first, {
    values: [...(launcher.values ?? []), ...(launcher.directory ?? []), ...(launcher.text ?? [])],
    flags: launcher.flags ?? [],
  });
  if (options === null) return null;
  const directory = within(situation, valuesOf(options, launcher.directory ?? []).at(-1));
  const moved = { ...situation, directory };
  const text = textOf(options, launcher);
  if (text !== undefined) {
    // What stands behind the text are a shell's parameters, no words of its commands.
    return { kind: 'text', text, situation: { ...moved, words: [], separators: null } };
  }
  // Without a text, a shell runs a file, of which nothing is known.
  if (launcher.text !== undefined && launcher.isPackage !== true) return null;
  const isDashes = words[options.next]?.text === '--';
  return inner(moved, launcher, options.next + (isDashes ? 1 : 0) + (launcher.skips ?? 0));
}

function textOf(options: Options, launcher: Launcher): string | undefined {
  return valuesOf(options, launcher.text ?? []).at(-1);
}

/** The command from an index on, behind its assignments and without its version. */
function inner(situation: Situation, launcher: Launcher, index: number): Peeled | null {
  let at = index;
  let peeled: Situation = {
    ...situation,
    isCutOff: situation.isCutOff || launcher.clearsEnvironment === true,
  };
  while (launcher.takesAssignments === true) {
    const [, name, value = ''] = ASSIGNMENT.exec(situation.words[at]?.text ?? '') ?? [];
    if (name === undefined) break;
    peeled = withAssigned(peeled, { [name]: value });
    at += 1;
  }
  const [command, ...rest] = situation.words.slice(at);
  if (command === undefined) return null;
  const text = launcher.isPackage === true ? withoutVersion(command.text) : command.text;
  return { kind: 'words', situation: { ...peeled, words: [{ ...command, text }, ...rest] } };
}

/** `vite@latest` and `@angular/cli@17` are the packages in front of their last @. */
function withoutVersion(specifier: string): string {
  return /^(@[^/@]+\/[^@]+|[^@/]+)@[^/]*$/.exec(specifier)?.[1] ?? specifier;
}

/** The index of the installed program that Node runs: `node --inspect node_modules/.bin/next`. */
function installedProgram(words: readonly Word[]): number | null {
  for (let at = 1; at < words.length; at++) {
    const text = words[at]?.text ?? '';
    if (NODE_TEXT.test(text) || text === '--') return null;
    if (NODE_VALUES.includes(text)) at += 1;
    else if (!text.startsWith('-')) return isInPackages(text) ? at : null;
  }
  return null;
}

/** The index of the module behind `-m`, or of a `manage.py`. */
function pythonProgram(words: readonly Word[]): number | null {
  for (let at = 1; at < words.length; at++) {
    const text = words[at]?.text ?? '';
    if (text === '-m') return at + 1 < words.length ? at + 1 : null;
    if (text === '-X' || text === '-W') at += 1;
    else if (!/^-[3uBEIOPsSq]+$/.test(text)) return programName(text) === 'manage.py' ? at : null;
  }
  return null;
}
