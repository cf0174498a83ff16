// Owns `styxy config validate`: every mistake of a configuration file, with its place, without a daemon.

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadConfig } from '../../config/load-config.ts';
import { decode, MAX_FILE_BYTES, type TextFile } from '../../config/text-file.ts';
import { resolveOwnHome } from '../../home.ts';
import type { Command } from '../command.ts';
import { configContext, mistakeLine } from '../config-context.ts';
import { readInput } from '../read-input.ts';
import { visible } from '../visible.ts';
import { print, printJson, say } from '../write.ts';

const INVALID_STATUS = 1;
const STANDARD_INPUT = '-';

export const validateCommand: Command = {
  name: 'validate',
  summary: 'Name every mistake in the configuration file',
  details: [
    'Needs no daemon, and runs nothing that the file names: of a placement module the owner, the mode and the syntax are looked at. With --json it prints `{valid, errors: [{line, column, path, message}]}`; line and column are 0 for what is about the file as a whole.',
  ],
  usage: ['config validate [FILE]'],
  arguments: [
    {
      name: 'FILE',
      description: 'the file, or - for standard input; config.json of STYXY_HOME unless given',
      isOptional: true,
    },
  ],
  examples: [
    { line: 'styxy config validate', description: 'After editing config.json' },
    { line: 'git show :config.json | styxy config validate -', description: 'What is about to be committed' },
  ],
  exits: { 0: 'the file is right, or there is none to be read', 1: 'it has mistakes' },
  async run({ words, env, isJson }) {
    const [named] = words;
    const isInput = named === STANDARD_INPUT;
    // What it names is looked for from the working directory, as if it were a file there.
    const path = named === undefined ? resolveOwnHome(env).config : resolve(named);
    const place = isInput ? 'standard input' : path;
    const given = isInput ? { file: inputText() } : {};
    const loaded = loadConfig({ path, lastGood: null, ...configContext(env), ...given });
    const exists = isInput || existsSync(path);
    const missing = { line: 0, column: 0, path: '', message: 'the file does not exist' };
    // Without the home's own file the shipped configuration holds; a file that somebody names must be there.
    const errors = named !== undefined && !exists ? [missing] : loaded.errors;
    if (isJson) printJson({ valid: errors.length === 0, errors });
    else {
      for (const error of errors) print(mistakeLine(place, error));
      if (errors.length === 0)
        print(
          visible(exists ? `${place} is right.` : `There is no ${path}: the shipped configuration holds.`),
        );
      for (const warning of loaded.warnings) say(visible(`Note: ${warning}`));
    }
    return errors.length === 0 ? 0 : INVALID_STATUS;
  },
};

function inputText(): TextFile {
  const bytes = readInput(MAX_FILE_BYTES);
  return bytes === null
    ? { kind: 'unreadable', message: `it cannot be read, or has more than ${MAX_FILE_BYTES} bytes` }
    : decode(bytes);
}
