// Owns what is known of a command on the way from the user's words to the tool that they start in the end.

import { resolve } from 'node:path';
import type { Word } from './word.ts';

/** What is read of a project's files. Both answer for absolute paths, and never throw. */
export interface ProjectReader {
  /** A file's text; null where there is none, or none to be read. */
  text(path: string): string | null;
  /** The names in a directory; none where there is no directory. */
  names(path: string): readonly string[];
}

export interface Situation {
  readonly words: readonly Word[];
  /** Where the command runs. */
  readonly directory: string;
  /** Variables that the command line sets itself, which beat those that it inherits. */
  readonly assigned: Readonly<Record<string, string>>;
  /** Variables that are set outside do not reach the command. */
  readonly isCutOff: boolean;
  /** What must stand before a word at the end of the user's command for it to reach this one; null: none reaches it. */
  readonly separators: readonly string[] | null;
  /** The package script that these words stand in, for messages. */
  readonly script: string | null;
}

export function within(situation: Situation, path: string | undefined): string {
  return path === undefined ? situation.directory : resolve(situation.directory, path);
}

/** The situation with one more `NAME=value`; one that passes on what it inherits changes nothing. */
export function withAssigned(situation: Situation, assigned: Readonly<Record<string, string>>): Situation {
  const own = Object.entries(assigned).filter(
    ([name, value]) => !refersTo(value, name) && !refersTo(value, 'PORT'),
  );
  return { ...situation, assigned: { ...situation.assigned, ...Object.fromEntries(own) } };
}

/** Whether a text has a variable in it, as a shell would write it. */
export function refersTo(text: string, variable: string): boolean {
  // What is no name cannot be referred to, and would be no regular expression either.
  if (!/^[A-Za-z_]\w*$/.test(variable)) return false;
  return new RegExp(`\\$(?:${variable}(?![A-Za-z0-9_])|\\{${variable}(?![A-Za-z0-9_]))|%${variable}%`).test(
    text,
  );
}
