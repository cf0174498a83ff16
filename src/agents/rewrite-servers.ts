// Owns the rewriting of a line: `styxy run` in front of the commands that start servers, and not a byte more.

import type { RewritePermission } from './answer.ts';
import type { Powers } from './dialect.ts';
import type { Granted, LeaseRequest, LineWishes } from './pre-tool.ts';

/** What a shell takes as it is. */
const PLAIN_WORD = /^[\w@%+=:,./-]+$/;

/**
 * Puts `styxy run --lock ID -p PORT --` in front of each server that was granted a lease.
 *
 * @param styxy the program, and the words in front of `run` where it takes more than one to call it
 */
export function rewriteServers(text: string, granted: readonly Granted[], styxy: readonly string[]): string {
  const front = styxy.map(shellWord).join(' ');
  return granted
    .toSorted((a, b) => b.server.at - a.server.at)
    .reduce((line, { server, lockId, port }) => {
      const inserted = `${front} run --lock ${shellWord(lockId)} -p ${port} -- `;
      return line.slice(0, server.at) + inserted + line.slice(server.at);
    }, text);
}

/** What the agent is told of the ports, one sentence for each server. */
export function grantedText(granted: readonly Granted[]): string {
  return granted
    .map(({ server: { askedPort, plan, serviceType }, port, holder }) => {
      const what = plan.tool ?? serviceType;
      const held = holder === null ? '' : `, which is held by ${holder}`;
      const instead = askedPort === null || askedPort === port ? '' : ` instead of ${askedPort}${held}`;
      return `Styxy: ${what} gets port ${port}${instead}; use http://localhost:${port} for it.`;
    })
    .join(' ');
}

/** What the agent is told where nothing may be rewritten; null where nobody is in the way. */
export function heldText(requests: readonly LeaseRequest[]): string | null {
  const held = requests.flatMap(({ preferredPort, holder }) =>
    holder === null ? [] : [`Styxy: port ${preferredPort} is held by ${holder}.`],
  );
  return held.length === 0 ? null : held.join(' ');
}

/** Modes in which the agent runs a command like this one without asking anybody. */
const ASKS_NOBODY = ['bypassPermissions', 'auto'];

/**
 * How the agent may run what was rewritten.
 *
 * @param mode the session's permission mode, as the agent names it
 * @param setting what the configuration says
 * @returns null: it may not be rewritten, since an answer would change what the user allows, or cannot be given
 */
export function permissionFor(
  { isServerAlone }: Pick<LineWishes, 'isServerAlone'>,
  mode: string | null,
  setting: 'auto' | 'ask' | 'off',
  { asks, rewrites }: Powers,
): RewritePermission | null {
  // In this mode whatever would be asked is refused, and what the user's rules allow runs.
  if (setting === 'off' || mode === 'dontAsk' || rewrites === 'no') return null;
  const asked = asks === 'yes' ? 'ask' : null;
  if (setting === 'ask') return asked;
  if (rewrites === 'leaves') return 'leave';
  if (rewrites === 'leaves-alone') return isServerAlone ? 'leave' : null;
  return isServerAlone && mode !== null && ASKS_NOBODY.includes(mode) ? 'allow' : asked;
}

function shellWord(word: string): string {
  return PLAIN_WORD.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
