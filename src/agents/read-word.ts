// Owns the reading of one word: what the program gets, and what the shell has to find out first.

import { type CommandArgument, forEachChild, type Script, type SyntaxNode, type WordPart } from 'unbash';
import type { CommandList, CommandWord, Expansion } from './command-line.ts';

/** Thrown where nothing may be concluded, and caught where the reading began. */
export class Unsure extends Error {}

type ReadScript = (script: Script) => CommandList;

/** @throws Unsure where the parser has complaints: its tree is a guess then */
export function assertSound(script: Script & { readonly errors?: readonly unknown[] | undefined }): void {
  if (script.errors !== undefined && script.errors.length > 0) throw new Unsure();
}

/** @param readScript reads what a substitution runs */
export function readWord(node: CommandArgument, readScript: ReadScript): CommandWord {
  const { text, pos: start, end } = node;
  if (node.type === 'Assignment') return readAssigned(node, readScript);
  const parts = node.parts ?? [];
  const whole = wholePart(parts);
  const expansions = parts.flatMap((part) =>
    expansionsOf(part, part === whole.outer, whole.inner, readScript),
  );
  // A home directory, and in zsh the path of a program: the parser takes both for letters.
  if (/^[~=]/.test(text)) expansions.push({ kind: 'other' });
  return { text, value: expansions.length > 0 ? null : node.value, start, end, expansions };
}

/** `NAME=value` as an argument of `export` and its like. */
function readAssigned(
  node: Extract<CommandArgument, { readonly type: 'Assignment' }>,
  readScript: ReadScript,
): CommandWord {
  const { text, pos: start, end, name, value, append } = node;
  if (value.type !== 'Word' || append === true)
    return { text, value: null, start, end, expansions: [{ kind: 'other' }] };
  const read = readWord(value, readScript);
  const whole = read.value === null ? null : `${name}=${read.value}`;
  return { text, value: whole, start, end, expansions: read.expansions };
}

/** The one part that a word is made of, with the quotes around it looked through. */
function wholePart(parts: readonly WordPart[]): { outer: WordPart | null; inner: SyntaxNode | null } {
  const [only, ...more] = parts;
  if (only === undefined || more.length > 0) return { outer: null, inner: null };
  if (only.type !== 'DoubleQuoted') return { outer: only, inner: only };
  return { outer: only, inner: only.parts.length === 1 ? (only.parts[0] ?? null) : null };
}

function expansionsOf(
  part: SyntaxNode,
  isOuter: boolean,
  whole: SyntaxNode | null,
  readScript: ReadScript,
): Expansion[] {
  const isWholeWord = isOuter && part === whole;
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return [];
    case 'DoubleQuoted':
    case 'LocaleString':
      return part.parts.flatMap((child) => expansionsOf(child, isOuter, whole, readScript));
    case 'SimpleExpansion':
      return [{ kind: 'variable', name: part.text.slice(1), isPlain: true, isItsValue: true, isWholeWord }];
    case 'ParameterExpansion': {
      const isPlain = part.operation === undefined && part.prefix === undefined && part.index === undefined;
      const isItsValue = part.prefix === undefined && keepsValue(part);
      return [
        { kind: 'variable', name: part.parameter, isPlain, isItsValue, isWholeWord },
        ...substitutionsBelow(part, readScript),
      ];
    }
    case 'CommandExpansion':
    case 'ProcessSubstitution':
      if (part.script === undefined) throw new Unsure();
      return [{ kind: 'substitution', list: readScript(part.script), isWholeWord }];
    default:
      return [{ kind: 'other' }, ...substitutionsBelow(part, readScript)];
  }
}

/** `${name:-…}` and its like only say what is to be where there is no value. */
function keepsValue({ operation }: Extract<SyntaxNode, { readonly type: 'ParameterExpansion' }>): boolean {
  return operation === undefined || (operation.type === 'Default' && !operation.operator.endsWith('+'));
}

/** What runs somewhere inside of a part, such as in `${port:-$(next-port)}`. */
function substitutionsBelow(part: SyntaxNode, readScript: ReadScript): Expansion[] {
  const found: Expansion[] = [];
  forEachChild(part, (child) => {
    const isScript = child.type === 'CommandExpansion' || child.type === 'ProcessSubstitution';
    found.push(
      ...(isScript ? expansionsOf(child, false, null, readScript) : substitutionsBelow(child, readScript)),
    );
  });
  return found;
}
