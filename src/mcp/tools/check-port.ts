// Owns the tool that says whether a port is free.

import { nullable } from '../../api/fields.ts';
import * as names from '../../api/names.ts';
import * as Type from '../../api/type.ts';
import { lookAtPort, ProcessShape, verdictOn } from '../port-look.ts';
import { closed, cwd, LeaseShape, protocol } from '../shapes.ts';
import { READS, toolOf } from '../tool.ts';

export const checkPort = toolOf({
  name: 'check_port',
  title: 'Check a port',
  description: 'Is a port free, and if not, who has it: its lease and the process that listens.',
  input: Type.object(
    {
      cwd: cwd(),
      port: names.anyPort({ description: 'The port' }),
      protocol: Type.optional(protocol()),
    },
    closed,
  ),
  output: Type.object({
    port: Type.integer(),
    available: nullable(
      Type.boolean(),
      'No lease covers it and nothing has it; null when that cannot be known',
    ),
    lease: nullable(LeaseShape, 'The lease that covers it'),
    process: nullable(ProcessShape, 'Who has it on the system; null also where that cannot be known'),
  }),
  annotations: READS,
  async run({ cwd: directory, port, protocol: kind = 'tcp' }, desk) {
    const look = await lookAtPort(desk, desk.projectOf(directory), port, kind);
    const { available, lease, process } = look;
    return { sentence: verdictOn(look), output: { port, available, lease, process } };
  },
});
