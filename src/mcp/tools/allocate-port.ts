// Owns the tool that gets a port for a service of the agent's project.

import { flag, nullable, text } from '../../api/fields.ts';
import * as names from '../../api/names.ts';
import type { AllocateAnswer, AllocateBody } from '../../api/schemas.ts';
import * as Type from '../../api/type.ts';
import { serviceNameOf } from '../../project/project.ts';
import { closed, cwd, LeaseShape, leaseShape, protocol } from '../shapes.ts';
import { ADDS, toolOf } from '../tool.ts';

const optional = Type.optional;

export const allocatePort = toolOf({
  name: 'allocate_port',
  title: 'Allocate a port',
  description:
    'Get a port that no other agent, worktree or person on this machine has. The same project, type and name get the same port again. Call it before you start a server on a port of your own choice, then start the server on the port that it answers. `styxy run -- COMMAND` in a shell does both.',
  input: Type.object(
    {
      cwd: cwd(),
      service_type: names.serviceType({ description: 'Such as dev, api, database, test' }),
      service_name: optional(
        names.serviceName({ description: 'What runs there; by default from package.json or path' }),
      ),
      preferred_port: optional(names.grantablePort({ description: 'The port to try first' })),
      exact: optional(Type.boolean({ description: 'That port or a refusal', default: false })),
      protocol: optional(protocol()),
      count: optional(
        Type.integer({ description: 'Consecutive ports', minimum: 1, maximum: names.MAX_BLOCK, default: 1 }),
      ),
    },
    closed,
  ),
  output: Type.object({
    lease: LeaseShape,
    existing: flag('You had it before'),
    skipped: Type.array(
      Type.object({ port: Type.integer(), holder: nullable(Type.string(), 'By whom, as text from outside') }),
      { description: 'Ports found taken on the way' },
    ),
    message: text('What was done'),
  }),
  annotations: ADDS,
  async run({ cwd: directory, service_name: name, ...wishes }, desk) {
    const project = desk.projectOf(directory);
    const instance = desk.env.STYXY_INSTANCE ?? '';
    const body: AllocateBody = {
      ...wishes,
      service_name: name ?? serviceNameOf(project, wishes.service_type),
      project_path: project.path,
      ...(instance === '' ? {} : { instance_id: instance }),
    };
    const answer = await desk.ask<AllocateAnswer>('POST', '/allocate', body);
    const lease = leaseShape(answer, project);
    // Of a singleton, somebody else may be the holder: then nothing is to be started.
    const sentence = lease.is_yours
      ? `Port ${answer.port} is yours. Start the server on it.`
      : `Port ${answer.port} is where the one copy for this machine runs, held by another project: use it, and start none.`;
    const { existing, message, skipped = [] } = answer;
    return { sentence, output: { lease, existing, skipped, message } };
  },
});
