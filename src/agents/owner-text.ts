// Owns how an agent is told whose a lease is: project folder, branch and session, as data from outside.

import type { LeaseFact } from './machine-facts.ts';

/** Names from outside are data: quoted, and no longer than this. */
const MAX_NAME = 80;
const MAX_COMMAND = 200;

/** `"web" of /work/shop (branch "fix-ui", session "claude 3f2a", process 4121) on port 3000`. */
export function ownerText(lease: LeaseFact, pid: number | null = null): string {
  const { serviceName, serviceType, projectPath, branch, session, ports } = lease;
  const facts = [
    ...(branch === null ? [] : [`branch ${quoted(branch)}`]),
    ...(session === null ? [] : [`session ${quoted(session)}`]),
    ...(pid === null ? [] : [`process ${pid}`]),
  ];
  const where = projectPath === null ? '' : ` of ${quoted(projectPath)}`;
  const more = facts.length === 0 ? '' : ` (${facts.join(', ')})`;
  const [port, ...others] = ports;
  const on = others.length === 0 ? `port ${port}` : `ports ${port}-${others.at(-1)}`;
  return `${quoted(serviceName ?? serviceType)}${where}${more} on ${on}`;
}

/** Somebody who listens and holds no lease. */
export interface Stranger {
  readonly process: string | null;
  readonly pid: number | null;
  readonly cwd: string | null;
  readonly container: string | null;
}

/** `"node" (process 4121) in "/work/shop"`, `the container "shop-db-1"`. */
export function strangerText({ process, pid, cwd, container }: Stranger): string {
  if (container !== null) return `the container ${quoted(container)}`;
  const who = process === null ? 'somebody' : quoted(process);
  return `${who}${pid === null ? '' : ` (process ${pid})`}${cwd === null ? '' : ` in ${quoted(cwd)}`}`;
}

export function quoted(text: string, maxLength = MAX_NAME): string {
  const short = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return JSON.stringify(short);
}

export function quotedCommand(text: string): string {
  return quoted(text, MAX_COMMAND);
}
