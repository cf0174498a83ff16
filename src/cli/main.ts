#!/usr/bin/env node
// Owns the entry of the command line: the frequent commands right here, everything else loaded when it is called.

import type { Command } from './command.ts';
import { allocateCommand } from './commands/allocate.ts';
import { checkCommand } from './commands/check.ts';
import { hookCommand } from './commands/hook.ts';
import { releaseCommand } from './commands/release.ts';
import { statusCommand } from './commands/status.ts';
import { parseInvocation } from './parse.ts';
import { reportFailure } from './report.ts';
import { finalStatus } from './write.ts';

/** Commands that scripts and hooks run all the time: nothing but what they need is loaded for them. */
const FREQUENT: readonly Command[] = [
  allocateCommand,
  checkCommand,
  hookCommand,
  releaseCommand,
  statusCommand,
];

async function main([name = '', ...args]: readonly string[]): Promise<number> {
  const command = FREQUENT.find((each) => each.name === name || each.aliases?.includes(name));
  const invocation = command === undefined ? null : tryParse(command, args);
  if (command === undefined || invocation === null || invocation.has('help')) {
    const { runCommandLine } = await import('./command-line.ts');
    return await runCommandLine([name, ...args], process.env);
  }
  try {
    return await command.run(invocation);
  } catch (error) {
    return reportFailure(error, name, invocation.isJson);
  }
}

/** A mistake is left to the whole command line, which knows what was meant. */
function tryParse(command: Command, args: readonly string[]): ReturnType<typeof parseInvocation> | null {
  try {
    return parseInvocation(command, args, process.env);
  } catch {
    return null;
  }
}

// Everything is written by system calls, so that nothing is lost by ending at once.
main(process.argv.slice(2)).then(
  (status) => end(finalStatus(status)),
  (error: unknown) => end(reportFailure(error, '', false)),
);

/** A hook fails open: for an agent, the status of wrong usage would mean that its command must not run. */
function end(status: number): never {
  process.exit(process.argv[2] === hookCommand.name ? 0 : status);
}
