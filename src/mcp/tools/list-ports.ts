// Owns the tool that lists leases, of the agent's project or of the machine.

import { count } from '../../api/fields.ts';
import * as names from '../../api/names.ts';
import * as Type from '../../api/type.ts';
import { findLeases } from '../desk.ts';
import { closed, cwd, LeaseShape, leaseShape } from '../shapes.ts';
import { READS, toolOf } from '../tool.ts';

/** More would fill the agent's context. */
const MAX_LEASES = 100;

export const listPorts = toolOf({
  name: 'list_ports',
  title: 'List ports',
  description: 'The ports of your project, or with `everybody` those of the whole machine.',
  input: Type.object(
    {
      cwd: cwd(),
      everybody: Type.optional(Type.boolean({ description: 'Those of all projects', default: false })),
      service_type: Type.optional(names.serviceType({ description: 'Of this type alone' })),
    },
    closed,
  ),
  output: Type.object({
    leases: Type.array(LeaseShape, { description: `The first ${MAX_LEASES}` }),
    count: count('How many there are'),
  }),
  annotations: READS,
  async run({ cwd: directory, everybody = false, service_type: type }, desk) {
    const project = desk.projectOf(directory);
    const found = await findLeases(desk, {
      limit: MAX_LEASES,
      ...(everybody ? {} : { project_path: project.path }),
      ...(type === undefined ? {} : { service_type: type }),
    });
    const leases = found.leases.map((lease) => leaseShape(lease, project));
    const whose = everybody ? 'this machine' : 'your project';
    const shown = leases.length < found.count ? `, of which these are the first ${leases.length}` : '';
    const sentence = `There ${found.count === 1 ? 'is 1 lease' : `are ${found.count} leases`} of ${whose}${shown}.`;
    return { sentence, output: { leases, count: found.count } };
  },
});
