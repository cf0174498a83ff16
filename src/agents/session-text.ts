// Owns what an agent is told of ports at the start of a session: which are its own, and how to get one.

import { quoted } from './owner-text.ts';

/** A lease of the checkout that an agent works in. */
export interface OwnPort {
  readonly name: string;
  readonly port: number;
  readonly url: string | null;
  readonly isActive: boolean;
}

const MAX_NAMED = 20;

/** @param branch null where there is none */
export function sessionText(project: string, branch: string | null, ports: readonly OwnPort[]): string {
  const where = `${quoted(project, 200)}${branch === null ? '' : ` (branch ${quoted(branch)})`}`;
  const named = ports.slice(0, MAX_NAMED).map(({ name, port, url, isActive }) => {
    const at = url ?? `port ${port}`;
    return `${quoted(name)} ${at}${isActive ? ', running' : ''}`;
  });
  const more = ports.length > MAX_NAMED ? ` and ${ports.length - MAX_NAMED} more` : '';
  const own =
    named.length === 0
      ? `The checkout ${where} has no port yet.`
      : `The ports of the checkout ${where}: ${named.join('; ')}${more}.`;
  return (
    `Styxy hands out the ports of this machine, which other agents, worktrees and people use as well. ${own} ` +
    'Start dev servers in the usual way, by `styxy run -- COMMAND` if the port is taken; `styxy list --here` shows your ports, ' +
    '`styxy check PORT` who has one. An address that is in use is a conflict of ports and no bug in the code: take ' +
    "another port, and never end another session's server."
  );
}
