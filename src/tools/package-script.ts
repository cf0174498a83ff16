// Owns the way from a package manager's command to what it runs: a script's text, or a program, in the right package.

import type { Call } from './package-manager.ts';
import { type ProjectReader, type Situation, within } from './situation.ts';
import type { Word } from './word.ts';
import { nearestPackage, type Package, workspacePackage, workspaceRoot } from './workspaces.ts';

export type Called =
  /** `situation.words` are those that are passed on: the package manager puts them behind the text. */
  | { readonly kind: 'text'; readonly text: string; readonly situation: Situation }
  | { readonly kind: 'words'; readonly situation: Situation }
  /** Nothing to run was found; where it would have run is known all the same. */
  | { readonly kind: 'nothing'; readonly situation: Situation };

/** What npm starts when there is no script `start`, as soon as there is such a file. */
const NPM_START = 'server.js';

export function resolveCall(call: Call, outer: Situation, reader: ProjectReader): Called {
  const start = within(outer, call.directory ?? undefined);
  const found = packageOf(call, start, reader);
  const situation: Situation = {
    ...outer,
    words: call.words,
    directory: found?.directory ?? start,
    separators: separatorsOf(call, outer),
  };
  if (call.script === null) {
    // A program that is asked for by name runs where the caller is, unless a workspace is named.
    const directory = call.workspace === null ? start : situation.directory;
    return { kind: 'words', situation: { ...situation, directory } };
  }
  const text = found?.scripts[call.script];
  if (text !== undefined) return { kind: 'text', text, situation: { ...situation, script: call.script } };
  if (call.manager === 'npm' && call.script === 'start' && found !== null) {
    if (reader.names(found.directory).includes(NPM_START))
      return { kind: 'text', text: `node ${NPM_START}`, situation };
  }
  if (call.orProgram === null) return { kind: 'nothing', situation: { ...situation, words: [] } };
  return programOf(call.orProgram, call, { ...situation, directory: found?.directory ?? start });
}

function separatorsOf({ passing }: Call, { separators }: Situation): readonly string[] | null {
  if (separators === null || passing === 'none') return null;
  return passing === 'dashes' ? [...separators, '--'] : separators;
}

/** Bun runs a file itself; every other name is a program of the package. */
function programOf(program: Word, call: Call, situation: Situation): Called {
  const isFile = call.manager === 'bun' && /\.[cm]?[jt]sx?$/.test(program.text);
  const words = [...(isFile ? [{ ...program, text: 'bun', at: null }] : []), program, ...call.words];
  return { kind: 'words', situation: { ...situation, words } };
}

function packageOf(call: Call, start: string, reader: ProjectReader): Package | null {
  if (call.workspace !== null) return workspacePackage(start, call.workspace, reader);
  return call.isRoot ? workspaceRoot(start, reader) : nearestPackage(start, reader);
}
