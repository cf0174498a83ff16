// Owns the corpus as a whole: every command that a file of it has.

import { MARK } from './corpus.ts';
import { KILLS_BY_PROGRAM } from './corpus-kill-programs.ts';
import { KILLS_BY_SHELL } from './corpus-kill-shell.ts';
import { KILLS } from './corpus-kills.ts';
import { LANGUAGES } from './corpus-languages.ts';
import { NODE } from './corpus-node.ts';
import { NOTHING } from './corpus-nothing.ts';
import { SHELL } from './corpus-shell.ts';

export const EVERY_KILL = [...KILLS, ...KILLS_BY_SHELL, ...KILLS_BY_PROGRAM];

/** As an agent writes them. */
export const EVERY_COMMAND: readonly string[] = [
  ...NODE,
  ...LANGUAGES,
  ...SHELL,
  ...NOTHING,
  ...EVERY_KILL,
].map(([text]) => text.replaceAll(MARK, ''));
