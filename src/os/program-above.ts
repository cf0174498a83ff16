// Owns the question which program a process was started by, past the shells that stand between.

import type { ProcessFacts, ProcessNames, ProcessTable } from './os.ts';

/** By their names; what somebody means by the program that started something is none of these. */
const SHELLS = /^-?(?:(?:ba|da|a|z|k|mk|c|tc|fi)?sh|busybox|cmd(?:\.exe)?|powershell(?:\.exe)?|pwsh)$/;
/** How far up it is looked for. */
const MAX_STEPS = 8;

/**
 * The nearest ancestor that is no shell.
 *
 * @returns its pid; null where it cannot be known, or has ended, so that init is in its place
 */
export function programAbove(
  processes: Pick<ProcessTable, 'ancestors'>,
  names: ProcessNames,
  pid: number,
): number | null {
  const [, ...above] = processes.ancestors(pid).slice(0, MAX_STEPS);
  for (const each of above) {
    const facts = each === 1 ? null : names.facts(each);
    if (facts === null) return null;
    if (!isShell(facts)) return each;
  }
  return null;
}

/** A script that a shell runs has its own name, and begins its command line with the shell's. */
function isShell({ name, command }: ProcessFacts): boolean {
  const program = command.split(' ', 1)[0] ?? '';
  return SHELLS.test(name) || SHELLS.test(program.slice(program.lastIndexOf('/') + 1));
}
