// Owns the shapes that several tools share: the directory that a call speaks for, and a lease as an agent needs it.

import type { Static } from 'typebox';
import { flag, nullable, text } from '../api/fields.ts';
import * as names from '../api/names.ts';
import type { LeaseJson } from '../api/schemas.ts';
import * as Type from '../api/type.ts';
import type { Project } from '../project/project.ts';

export const closed = { additionalProperties: false } as const;

/** The server's own working directory says nothing: an agent works in several worktrees. */
export const cwd = () =>
  names.absolutePath({
    description: 'Absolute path of the directory you work in; it decides which project you are',
  });

export const protocol = () => names.protocol({ description: 'What listens or will listen', default: 'tcp' });

/** Less than the HTTP API tells: whatever an answer holds, the agent's context pays for. */
export const LeaseShape = Type.object(
  {
    port: Type.integer({ description: 'Of a block, the first' }),
    ports: Type.array(Type.integer(), { description: 'All of them' }),
    protocol: names.protocol({ description: 'tcp or udp' }),
    service_type: text('Its range of ports'),
    service_name: nullable(Type.string(), 'What runs there'),
    url: nullable(Type.string(), 'Where a browser finds it'),
    state: text('reserved, active (somebody listens), idle, or hijacked (a stranger listens)'),
    orphan: flag('Its holder is dead, its server still listens'),
    project_path: nullable(Type.string(), 'Whose it is'),
    is_yours: flag('It belongs to the project of `cwd`'),
    lock_id: text('Its id'),
  },
  { description: 'A lease: the right to a port' },
);
export type LeaseShape = Static<typeof LeaseShape>;

export function leaseShape(lease: LeaseJson, project: Project): LeaseShape {
  const { port, ports, protocol: kind, service_type, service_name, url, state, orphan, lock_id } = lease;
  const project_path = lease.project_path;
  const is_yours = project_path === project.path;
  return {
    port,
    ports,
    protocol: kind,
    service_type,
    service_name,
    url,
    state,
    orphan,
    project_path,
    is_yours,
    lock_id,
  };
}
