// Owns `styxy explain`: what an error code means, without a daemon.

import { ERROR_CODES, ERRORS, type ErrorCode, helpUrl } from '../../errors.ts';
import { type Command, UsageError } from '../command.ts';
import { bold } from '../style.ts';
import { nearest } from '../suggestion.ts';
import { pairLines } from '../table.ts';
import { terminalWidth, wrap } from '../terminal.ts';
import { print, printJson } from '../write.ts';

const WIDTH = 100;

export const explainCommand: Command = {
  name: 'explain',
  summary: 'Explain an error code',
  details: ['Works without a daemon. Without a code it lists all of them.'],
  usage: ['explain [CODE]'],
  arguments: [{ name: 'CODE', description: 'a code, such as PORT_UNAVAILABLE', isOptional: true }],
  examples: [{ line: 'styxy explain PORT_UNAVAILABLE', description: 'What does this mean?' }],
  async run(invocation) {
    const [word] = invocation.words;
    if (word === undefined) {
      if (invocation.isJson) printJson({ codes: ERROR_CODES.map(explanationOf) });
      else for (const line of pairLines(ERROR_CODES.map((code) => [code, ERRORS[code].title]))) print(line);
      return 0;
    }
    const name = word.toUpperCase().replaceAll('-', '_');
    const code = ERROR_CODES.find((each) => each === name);
    if (code === undefined) {
      const meant = nearest(
        name.toLowerCase(),
        ERROR_CODES.map((each) => each.toLowerCase()),
      );
      throw new UsageError(
        `there is no error code ${word}`,
        meant === null
          ? '`styxy explain` lists them.'
          : `Did you mean \`styxy explain ${meant.toUpperCase()}\`?`,
      );
    }
    if (invocation.isJson) printJson(explanationOf(code));
    else show(code);
    return 0;
  },
};

function explanationOf(code: ErrorCode): Record<string, unknown> {
  return { code, ...ERRORS[code], type: helpUrl(code) };
}

function show(code: ErrorCode): void {
  const kind = ERRORS[code];
  const width = Math.min(terminalWidth() ?? WIDTH, WIDTH);
  print(`${bold(code)}: ${kind.title}`);
  print('');
  for (const line of wrap(kind.explanation, width)) print(line);
  print('');
  for (const line of wrap(`What to do: ${kind.hint}`, width)) print(line);
  print('');
  print(
    `HTTP status ${kind.status}, exit status ${kind.exit}; ${kind.retriable ? 'trying again can help' : 'trying again changes nothing'}.`,
  );
}
