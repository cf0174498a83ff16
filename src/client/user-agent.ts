// Owns what the client says of itself in its requests, so that the audit can name it.

import { VERSION } from '../api/api-version.ts';

const COMMAND = /^[a-z][a-z-]{0,29}$/;
/** What can stand in the header; the daemon judges whether it is an instance. */
const INSTANCE = /^[\w.:-]{1,100}$/;

/** Made once: neither the command nor the process changes. */
let ours: string | undefined;

/**
 * `styxy/1.2.3 (run; pid 4121; instance agent-1)`: the command's first word alone, since the others may hold secrets.
 *
 * @param argv as the process has it
 * @param env STYXY_INSTANCE
 */
export function userAgent(
  argv: readonly string[] = process.argv,
  env: NodeJS.ProcessEnv = process.env,
): string {
  const word = argv[2] ?? '';
  const command = COMMAND.test(word) ? word : 'cli';
  const instance = env.STYXY_INSTANCE ?? '';
  const named = INSTANCE.test(instance) ? `; instance ${instance}` : '';
  return `styxy/${VERSION} (${command}; pid ${process.pid}${named})`;
}

/** Names this process for good, where its arguments are not those of our command line. */
export function speakAs(command: string): void {
  ours = userAgent(['', '', command]);
}

/** Of this very process. */
export function ownUserAgent(): string {
  ours ??= userAgent();
  return ours;
}
