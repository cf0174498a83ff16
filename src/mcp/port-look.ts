// Owns the look at one port, and what it means for the agent that asks.

import type { Static } from 'typebox';
import { nullable } from '../api/fields.ts';
import type { CheckAnswer } from '../api/schemas.ts';
import * as Type from '../api/type.ts';
import type { Project } from '../project/project.ts';
import type { Desk } from './desk.ts';
import { type LeaseShape, leaseShape } from './shapes.ts';

export const ProcessShape = Type.object(
  {
    pid: nullable(Type.integer(), 'Its process id'),
    command: nullable(Type.string(), 'Its command line, secrets masked'),
    cwd: nullable(Type.string(), 'Its working directory'),
    container: nullable(Type.string(), 'The container it runs in'),
  },
  { description: 'A process; null where it cannot be known' },
);
export type ProcessShape = Static<typeof ProcessShape>;

/**
 * `free`: nobody has it. `reserved-by-you`: your lease, and nobody listens. `yours`: your own project's server has it.
 * `anothers`: another project's lease. `a-stranger`: something listens that has no lease. `unknown`: the system does not
 * say whether anything listens.
 */
export type Holder = 'free' | 'reserved-by-you' | 'yours' | 'anothers' | 'a-stranger' | 'unknown';

export interface PortLook {
  readonly port: number;
  readonly available: boolean | null;
  readonly lease: LeaseShape | null;
  readonly process: ProcessShape | null;
  /** The branch of the checkout whose lease it is. */
  readonly branch: string | null;
  readonly holder: Holder;
}

export async function lookAtPort(
  desk: Desk,
  project: Project,
  port: number,
  protocol: 'tcp' | 'udp',
): Promise<PortLook> {
  const query = new URLSearchParams({ protocol, project_path: project.path });
  const answer = await desk.ask<CheckAnswer>('GET', `/check/${port}?${query}`);
  const { available, allocated_to: allocated, system_usage: usage, branch } = answer;
  // A server that moved to another port by itself is its lease's all the same.
  const held = allocated ?? answer.drifted_from;
  const lease = held === null ? null : leaseShape(held, project);
  const process =
    usage === null
      ? null
      : { pid: usage.pid, command: usage.command, cwd: usage.cwd, container: usage.container };
  return { port, available, lease, process, branch, holder: holderOf(available, lease, process !== null) };
}

function holderOf(available: boolean | null, lease: LeaseShape | null, isListenedTo: boolean): Holder {
  if (available === null) return 'unknown';
  if (available) return 'free';
  if (lease === null || lease.state === 'hijacked') return 'a-stranger';
  if (!lease.is_yours) return 'anothers';
  return isListenedTo || lease.state === 'active' ? 'yours' : 'reserved-by-you';
}

/** What that means, and what to do, in a sentence without a word from outside. */
export function verdictOn({ port, holder }: Pick<PortLook, 'port' | 'holder'>): string {
  switch (holder) {
    case 'free':
      return `Port ${port} is free. \`allocate_port\` with it as preferred_port makes it yours.`;
    case 'reserved-by-you':
      return `Port ${port} is reserved for your project, and nobody listens: start your server on it.`;
    case 'yours':
      return `Port ${port} is served by your own project. Use that server, or start a second one on a port from \`allocate_port\` with another service_name.`;
    case 'anothers':
      return `Port ${port} belongs to another project. Never end its server: get a port of your own from \`allocate_port\`.`;
    case 'a-stranger':
      return `Port ${port} is taken by a process without a lease for it. It may be somebody's: do not end it unless you started it, and get another port from \`allocate_port\`.`;
    case 'unknown':
      return `Port ${port} may be free or taken, which this system does not tell: get another port from \`allocate_port\`.`;
  }
}
