// Owns the reading of JSON with comments: the tree of nodes, where each stands, and what is no JSON at all.

import { createScanner, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { ConfigError } from './config.ts';

export interface ConfigDocument {
  /** The document's value, as far as it can be read where there are errors; null when there is none. */
  readonly root: Node | null;
  readonly errors: readonly ConfigError[];
  /** An error at a node. */
  errorAt(node: Node, path: string, message: string): ConfigError;
}

/** Deeper nesting means nothing here, and would exhaust the parser's stack. */
const MAX_DEPTH = 20;
/** jsonc-parser's kinds of tokens, which its type names only as an ambient enum. */
const TOKEN = { openBrace: 1, closeBrace: 2, openBracket: 3, closeBracket: 4, comma: 5, end: 17 } as const;

const SYNTAX: Readonly<Record<string, string>> = {
  InvalidSymbol: 'this is no JSON value',
  InvalidNumberFormat: 'this is no JSON number',
  PropertyNameExpected: 'a key in double quotes is expected here',
  ValueExpected: 'a value is expected here',
  ColonExpected: 'a colon is expected here',
  CommaExpected: 'a comma is expected here',
  CloseBraceExpected: 'a closing } is missing',
  CloseBracketExpected: 'a closing ] is missing',
  EndOfFileExpected: 'nothing may follow the document',
  InvalidCommentToken: 'this is no comment',
  UnexpectedEndOfComment: 'the comment has no end',
  UnexpectedEndOfString: 'the text has no closing quote',
  UnexpectedEndOfNumber: 'the number is not complete',
  InvalidUnicode: 'this is no \\u escape',
  InvalidEscapeCharacter: 'there is no such escape',
  InvalidCharacter: 'control characters must be escaped',
};

/** Reads `text` as JSON with comments and trailing commas. */
export function parseDocument(text: string): ConfigDocument {
  const positionOf = createPositions(text);
  const errorAt = (node: Node, path: string, message: string): ConfigError => {
    return { ...positionOf(node.offset), path, message };
  };
  const failed = (errors: readonly ConfigError[]): ConfigDocument => ({ root: null, errors, errorAt });

  const tooDeep = offsetOfDepth(text, MAX_DEPTH);
  if (tooDeep !== null) {
    return failed([
      { ...positionOf(tooDeep), path: '', message: `nested more than ${MAX_DEPTH} levels deep` },
    ]);
  }
  const faults: ParseError[] = [];
  const root = parseTree(text, faults, { allowTrailingComma: true, allowEmptyContent: true });
  if (root === undefined && faults.length === 0) {
    return failed([
      { line: 0, column: 0, path: '', message: 'the file is empty; an empty configuration is {}' },
    ]);
  }
  const errors = faults.map(({ error, offset }) => {
    const code = printParseErrorCode(error);
    return { ...positionOf(offset), path: '', message: SYNTAX[code] ?? code };
  });
  return { root: root ?? null, errors: firstOfEachLine(errors), errorAt };
}

/** What follows a mistake in the same line is most often the same mistake. */
function firstOfEachLine(errors: readonly ConfigError[]): ConfigError[] {
  const lines = new Set<number>();
  return errors.filter(({ line }) => !lines.has(line) && lines.add(line));
}

/** The first token at or behind an offset that is neither space nor comment, and where it ends; null at the end. */
export function tokenAt(text: string, offset: number): { kind: 'comma' | 'other'; end: number } | null {
  const scanner = createScanner(text, true);
  scanner.setPosition(offset);
  const token: number = scanner.scan();
  if (token === TOKEN.end) return null;
  const end = scanner.getTokenOffset() + scanner.getTokenLength();
  return { kind: token === TOKEN.comma ? 'comma' : 'other', end };
}

function offsetOfDepth(text: string, max: number): number | null {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (let token: number = scanner.scan(); token !== TOKEN.end; token = scanner.scan()) {
    if (token === TOKEN.openBrace || token === TOKEN.openBracket) depth += 1;
    if (token === TOKEN.closeBrace || token === TOKEN.closeBracket) depth -= 1;
    if (depth > max) return scanner.getTokenOffset();
  }
  return null;
}

/** Line and column, from 1, of an offset in `text`. */
function createPositions(text: string): (offset: number) => { line: number; column: number } {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length);
  return (offset) => {
    let line = 1;
    for (let above = starts.length; line < above; ) {
      const middle = Math.ceil((line + above) / 2);
      if ((starts[middle - 1] ?? 0) <= offset) line = middle;
      else above = middle - 1;
    }
    return { line, column: offset - (starts[line - 1] ?? 0) + 1 };
  };
}
