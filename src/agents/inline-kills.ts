// Owns what a program that is typed on the command line ends: `node -e "process.kill(4121)"`.

import type { KillTarget } from './kill-target.ts';

/** By which option each interpreter takes its text. */
const INLINE: ReadonlyMap<string, readonly string[]> = new Map([
  ['node', ['-e', '--eval', '-p', '--print']],
  ['bun', ['-e', '--eval']],
  ['python', ['-c']],
]);
/** With the signal that stands behind the number, perhaps by another module's name. */
const CALL = /\b(?:process|os)\.kill(pg)?\(\s*(\d{1,10})\s*(?:,\s*([\w.'"]+)\s*)?\)/g;
/** Asks whether a process is there. */
const ASKS = /^(?:0|['"]0['"])$/;

/** Only numbers that stand there count; whatever the program finds out itself, nobody knows. */
export function killsInline(program: string, args: readonly (string | null)[]): readonly KillTarget[] {
  const options = INLINE.get(/^python[\d.]*$/.test(program) ? 'python' : program) ?? [];
  const at = args.findIndex((text) => text !== null && options.includes(text));
  const text = at < 0 ? null : (args[at + 1] ?? null);
  if (text === null) return [];
  return [...text.matchAll(CALL)].flatMap(([, isGroup, pid, signal]): readonly KillTarget[] => {
    if (ASKS.test(signal ?? '')) return [];
    return [{ kind: isGroup === undefined ? 'pid' : 'group', pid: Number(pid) }];
  });
}
