// Owns `styxy explain`: what an error code means and what to do about it, without a daemon.

import { ERROR_CODES, ERRORS, type ErrorCode, helpUrl } from '../../errors.ts';
import { EXPLANATIONS, exampleProblem } from '../../explanations/all.ts';
import { type Command, UsageError } from '../command.ts';
import { bold } from '../style.ts';
import { nearest } from '../suggestion.ts';
import { pairLines } from '../table.ts';
import { terminalWidth, wrap } from '../terminal.ts';
import { print, printJson } from '../write.ts';

const WIDTH = 100;

export const explainCommand: Command = {
  name: 'explain',
  summary: 'Explain an error code: what happened, why, and what to do',
  details: [
    'Works without a daemon and without a network. Without a code it lists all of them. Capitals do not matter.',
  ],
  usage: ['explain [CODE]'],
  arguments: [{ name: 'CODE', description: 'a code, such as PORT_UNAVAILABLE', isOptional: true }],
  examples: [
    { line: 'styxy explain PORT_UNAVAILABLE', description: 'What does this mean?' },
    { line: 'styxy explain', description: 'Which codes are there?' },
  ],
  async run(invocation) {
    const [word] = invocation.words;
    if (word === undefined) {
      if (invocation.isJson) printJson({ codes: ERROR_CODES.map(explanationOf) });
      else for (const line of pairLines(ERROR_CODES.map((code) => [code, ERRORS[code].title]))) print(line);
      return 0;
    }
    const code = codeNamed(word);
    if (invocation.isJson) printJson(explanationOf(code));
    else for (const line of linesOf(code)) print(line);
    return 0;
  },
};

/** @throws UsageError when there is no such code; it names the nearest one */
function codeNamed(word: string): ErrorCode {
  const name = word.toUpperCase().replaceAll(/[-\s]/g, '_');
  const code = ERROR_CODES.find((each) => each === name);
  if (code !== undefined) return code;
  const lower = ERROR_CODES.map((each) => each.toLowerCase());
  const meant = nearest(name.toLowerCase(), lower)?.toUpperCase();
  throw new UsageError(
    `there is no error code ${word}`,
    meant === undefined ? '`styxy explain` lists them.' : `Did you mean \`styxy explain ${meant}\`?`,
  );
}

function explanationOf(code: ErrorCode): Record<string, unknown> {
  const { what, causes, remedies, related } = EXPLANATIONS[code];
  const example = exampleProblem(code);
  return {
    code,
    ...ERRORS[code],
    explanation: what,
    causes,
    remedies,
    example,
    related,
    type: helpUrl(code),
  };
}

function linesOf(code: ErrorCode): string[] {
  const { title, status, exit, retriable } = ERRORS[code];
  const { what, causes, remedies, example, related } = EXPLANATIONS[code];
  const width = Math.min(terminalWidth() ?? WIDTH, WIDTH);
  const item = (text: string): string[] =>
    wrap(text, width - 4).map((line, index) => `${index === 0 ? '  - ' : '    '}${line}`);
  return [
    `${bold(code)}: ${title}`,
    '',
    ...wrap(what, width),
    '',
    bold('Why it comes'),
    ...causes.flatMap(item),
    '',
    bold('What to do'),
    ...remedies.flatMap(({ what: step, command }) => [
      ...item(step),
      // Never wrapped: it is to be copied.
      ...(command === undefined ? [] : [`      ${command}`]),
    ]),
    '',
    ...wrap(`For example: ${example.detail}`, width),
    '',
    ...wrap(
      `HTTP status ${status}, exit status ${exit}; ${retriable ? 'trying again can help' : 'trying again changes nothing'}. See also: ${related.join(', ')}.`,
      width,
    ),
    helpUrl(code),
  ];
}
