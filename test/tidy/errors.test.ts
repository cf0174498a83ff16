// Owns the use of the errors: every code has its explanation, and every command that a hint names can be typed.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ERROR_CODES, ERRORS, type ErrorCode } from '../../src/errors.ts';
import { EXPLANATIONS, exampleProblem } from '../../src/explanations/all.ts';
import { commandsIn, commandsOfLine, objectionTo } from './hints.ts';
import { isTest, read, sourcesOf, withoutComments } from './tree.ts';

/** What is wrong with the commands of these texts. */
function objections(commands: readonly string[]): string[] {
  return commands.map(objectionTo).filter((objection) => objection !== null);
}

/** Codes of HTTP requests that the command line never makes, and of files whose remedy the occurrence alone can name. */
const WITHOUT_COMMAND: readonly ErrorCode[] = [
  'UNAUTHORIZED',
  'FORBIDDEN',
  'NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'REQUEST_TIMEOUT',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'TOO_MANY_REQUESTS',
  'HEADERS_TOO_LARGE',
  'STORE_FULL',
  'HOME_UNSAFE',
  'HOME_UNUSABLE',
  'STORE_NEWER',
  'FILE_NOT_OURS',
];

describe('every error code', () => {
  it('has a hint with a command to type, where one helps', () => {
    const without = ERROR_CODES.filter((code) => commandsIn(ERRORS[code].hint).length === 0);
    assert.deepEqual(without.sort(), [...WITHOUT_COMMAND].sort());
  });

  for (const code of ERROR_CODES) {
    it(`${code} says what happened, why, what to do, and shows an example`, () => {
      const { what, causes, remedies, related } = EXPLANATIONS[code];
      for (const sentence of [what, ERRORS[code].hint, ...causes, ...remedies.map((remedy) => remedy.what)])
        assert.match(sentence, /[.!]$/);
      assert.ok(causes.length > 0 && remedies.length > 0 && related.length > 0);
      for (const other of related) assert.ok(other !== code && other in ERRORS, other);
      assert.equal(new Set(related).size, related.length);
      const example = exampleProblem(code);
      assert.deepEqual([example.code, example.status, example.success], [code, ERRORS[code].status, false]);
      assert.ok(example.detail.length > 0 && example.hint.length > 0);
    });

    it(`${code} names commands that can be typed`, () => {
      const { what, causes, remedies } = EXPLANATIONS[code];
      const texts = [what, ERRORS[code].hint, exampleProblem(code).hint, ...causes];
      const lines = remedies.flatMap(({ command = '' }) => commandsOfLine(command));
      assert.deepEqual(objections([...texts.flatMap(commandsIn), ...lines]), []);
    });
  }
});

/** The texts in quotes of a source file. What is filled in at run time is a word of its own, 1, or left out. */
function textsOf(source: string): string[] {
  const plain = [...source.matchAll(/'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"/g)];
  const filled = [...source.matchAll(/\\`styxy (?:[^`\\]|\\[^`])*\\`/g)];
  return [
    ...plain.map(([, single, double]) => single ?? double ?? ''),
    ...filled.map(([quoted]) =>
      quoted
        .replaceAll('\\`', '`')
        .replace(/(?<=[^\s`])\$\{[^}]*\}/g, '')
        .replace(/\$\{[^}]*\}/g, '1'),
    ),
  ];
}

describe('the texts of the source', () => {
  const commands = sourcesOf('src')
    .filter((path) => !isTest(path))
    .flatMap((path) => textsOf(withoutComments(read(path))).flatMap(commandsIn))
    // The name of a command that is made from the registry is right by itself.
    .filter((command) => !command.startsWith('1'));

  it('name commands, many of them', () => {
    assert.ok(commands.length > 60, `${commands.length} were found`);
  });

  it('name only commands that can be typed', () => {
    assert.deepEqual([...new Set(objections(commands))], []);
  });
});
