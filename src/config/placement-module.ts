// Owns a user's own strategy for the places of automatic ranges: read from a safe file, asked, and doubted.

import { contains } from '../core/port-range.ts';
import type { Placement, PlacementCase } from '../core/range-placement.ts';
import { readOwnFile } from './own-file.ts';
import { type Said, scriptMistake, startScript } from './placement-script.ts';

export interface PlacementModule {
  /** Where it was read, an absolute path. */
  readonly path: string;
  /** What was read there; null where nothing was. */
  readonly text: string | null;
  /** Chooses a place, or null where the script does not. Null where there is no script to ask. */
  readonly placement: Placement | null;
  /** Why it cannot be asked, or what was wrong with its last choice; null where all is well. */
  problem(): string | null;
  /** Ends the thread in which it is asked. */
  close(): void;
}

/**
 * Reads the script that chooses where automatic ranges begin: `module.exports = (given) => port`.
 *
 * `given` has `type`, `size`, `bounds`, `ranges` (each with `type`, `start`, `end` and `automatic`), and `starts`: wherever
 * the range may begin, as `[{start, end}]`. A script that throws, takes too long, or names any other port is not
 * followed; null says that it has no wish. Nothing is thrown here.
 *
 * @param former is answered itself where it is of the same file with the same text
 */
export function readPlacementModule(path: string, former: PlacementModule | null = null): PlacementModule {
  const file = readOwnFile(path);
  if (file.kind === 'refused') return broken(path, null, file.message);
  if (former?.path === path && former.text === file.text) return former;
  const script = startScript(file.text, path);
  if (typeof script === 'string') return broken(path, file.text, script);
  let problem: string | null = null;
  return {
    path,
    text: file.text,
    problem: () => problem,
    close: script.close,
    placement: (given) => {
      const said = script.ask(JSON.stringify(shown(given)));
      const mistake = mistakeOf(said, given);
      problem = mistake === null ? null : `${path}, asked for "${given.name}": ${mistake}`;
      return 'number' in said && mistake === null ? said.number : null;
    },
  };
}

/** Reads the script as `readPlacementModule` does, for its owner, mode and syntax, and starts nothing: there is none to ask. */
export function lookAtPlacementModule(path: string): PlacementModule {
  const file = readOwnFile(path);
  if (file.kind === 'refused') return broken(path, null, file.message);
  const mistake = scriptMistake(file.text, path);
  if (mistake !== null) return broken(path, file.text, mistake);
  return { path, text: file.text, placement: null, problem: () => null, close: () => {} };
}

function broken(path: string, text: string | null, why: string): PlacementModule {
  return { path, text, placement: null, problem: () => `${path} is not used: ${why}`, close: () => {} };
}

function shown({ name, size, bounds, holes, automatic, all }: PlacementCase) {
  const own = new Set(automatic.map((range) => range.name));
  return {
    type: name,
    size,
    bounds: { start: bounds.start, end: bounds.end },
    ranges: all.map((range) => ({
      type: range.name,
      start: range.start,
      end: range.end,
      automatic: own.has(range.name),
    })),
    starts: holes.starts(),
  };
}

function mistakeOf(said: Said, { holes, size }: PlacementCase): string | null {
  if ('mistake' in said) return said.mistake;
  const { number } = said;
  if (number === null) return null;
  const isStart = Number.isInteger(number) && holes.starts().some((start) => contains(start, number));
  if (isStart) return null;
  return `no range of ${size} ports may begin at ${number}`;
}
