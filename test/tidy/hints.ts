// Owns the commands that texts tell people to type, and whether the command line would take them.

import { resolveCommand } from '../../src/cli/command-line.ts';
import { parseInvocation } from '../../src/cli/parse.ts';

/** The commands of Styxy in a text, each from between backticks, without the name of the program. */
export function commandsIn(text: string): string[] {
  return [...text.matchAll(/`([^`]*)`/g)].flatMap(([, quoted = '']) => commandsOfLine(quoted));
}

/** The commands of Styxy in a line for a shell, those within `$(…)` too. */
export function commandsOfLine(line: string): string[] {
  const inner = [...line.matchAll(/\$\(([^)]*)\)/g)].flatMap(([, nested = '']) => commandsOfLine(nested));
  const own = /^(?:[A-Z_]+=\S+ +)*styxy +(.*)$/s.exec(line)?.[1];
  return own === undefined ? inner : [own, ...inner];
}

/** Why the command line would refuse a command, or null. `COMMAND`, which stands for any, is never refused. */
export function objectionTo(command: string): string | null {
  const words = wordsOf(command);
  if (words[0] === 'COMMAND' || (words.length === 1 && words[0] === '--version')) return null;
  try {
    const [found, args] = resolveCommand(words);
    parseInvocation(found, args, {});
    return null;
  } catch (error) {
    return `styxy ${command}: ${(error as Error).message}`;
  }
}

/** As a shell would split them, as far as hints go. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|\S+/g)].map(
    ([all, double, single]) => double ?? single ?? all,
  );
}
