// Owns what the system tells of a lease's holder beside the lease: the branch of its checkout, and its server.

import type { HolderFacts } from '../core/command.ts';
import type { Lease, LeaseEntry } from '../core/lease.ts';
import type { PortTable } from '../os/os.ts';
import { gitBranch } from './git-branch.ts';
import { maskSecrets } from './mask-secrets.ts';

/** A server stays where it is for longer than this; a reading for each of many askers at once would be too many. */
const MAX_AGE_MS = 2000;
/** A command line in a sentence. */
const MAX_COMMAND = 80;

/** A function that tells the facts, at once where they are known. It never fails: what is not known is null. */
export function createHolderFacts(
  ports: PortTable,
): (entry: LeaseEntry) => HolderFacts | Promise<HolderFacts> {
  return ({ lease, vitals }) => {
    const branch = lease.projectPath === null ? null : gitBranch(lease.projectPath);
    const server = vitals.state === 'active' ? serverOn(ports, lease) : null;
    return branch instanceof Promise || server instanceof Promise
      ? Promise.all([branch, server]).then(([known, named]) => ({ branch: known, server: named }))
      : { branch, server };
  };
}

async function serverOn(ports: PortTable, { protocol, port }: Lease): Promise<string | null> {
  const listeners = await ports.listeners({ ports: new Set([port]), maxAgeMs: MAX_AGE_MS });
  const listener = listeners?.find((each) => each.port === port && each.protocol === protocol);
  if (listener === undefined) return null;
  if (listener.container !== null) return `container ${listener.container}`;
  const command = listener.command === null ? null : shortened(maskSecrets(listener.command));
  const name = command ?? listener.process;
  if (name === null) return null;
  return `${name}${listener.pid === null ? '' : ` (pid ${listener.pid})`}`;
}

function shortened(command: string): string {
  return command.length <= MAX_COMMAND ? command : `${command.slice(0, MAX_COMMAND - 1)}…`;
}
