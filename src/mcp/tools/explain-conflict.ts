// Owns the tool that explains an address in use: whose it is, why it is no bug, and what to do.

import { findPortConflicts } from '../../agents/address-in-use.ts';
import { flag, nullable } from '../../api/fields.ts';
import * as names from '../../api/names.ts';
import * as Type from '../../api/type.ts';
import { StyxyError } from '../../errors.ts';
import { lookAtPort, ProcessShape, verdictOn } from '../port-look.ts';
import { closed, cwd, LeaseShape, protocol } from '../shapes.ts';
import { READS, toolOf } from '../tool.ts';

const MAX_OUTPUT_BYTES = 65_536;

export const explainConflict = toolOf({
  name: 'explain_conflict',
  title: 'Explain a port conflict',
  description:
    'A server said EADDRINUSE, "address already in use" or the like? Before you change code or end a process, ask who has the port and what to do. Give the port, or the output that complains.',
  input: Type.object(
    {
      cwd: cwd(),
      port: Type.optional(names.anyPort({ description: 'The port that was refused' })),
      output: Type.optional(
        Type.string({
          description: 'The end of what the server printed, where you do not know the port',
          'x-max-bytes': MAX_OUTPUT_BYTES,
          'x-allowed': `text of at most ${MAX_OUTPUT_BYTES} bytes`,
        }),
      ),
      protocol: Type.optional(protocol()),
    },
    closed,
  ),
  output: Type.object({
    port: Type.integer(),
    holder: Type.union(
      [
        Type.literal('free'),
        Type.literal('reserved-by-you'),
        Type.literal('yours'),
        Type.literal('anothers'),
        Type.literal('a-stranger'),
        Type.literal('unknown'),
      ],
      { description: 'Who has it, seen from your project' },
    ),
    is_bug_in_code: flag('Always false: an address in use is a conflict of ports'),
    branch: nullable(Type.string(), 'The branch of the checkout whose it is'),
    lease: nullable(LeaseShape, 'The lease that covers it'),
    process: nullable(ProcessShape, 'Who listens; null also where that cannot be known'),
  }),
  annotations: READS,
  async run({ cwd: directory, port: named, output = '', protocol: kind = 'tcp' }, desk) {
    const port = named ?? findPortConflicts(output).find((conflict) => conflict.port !== null)?.port ?? null;
    if (port === null)
      throw new StyxyError('INVALID_REQUEST', '`port` is missing, and `output` names no port in use', {
        hint: 'Call `explain_conflict` with the port that your server wanted.',
      });
    const look = await lookAtPort(desk, desk.projectOf(directory), port, kind);
    const { holder, branch, lease, process } = look;
    const sentence =
      holder === 'free'
        ? `Port ${port} is free by now: start the server again. Nothing is wrong with the code.`
        : `This is a conflict of ports and no bug in the code. ${verdictOn(look)}`;
    return { sentence, output: { port, holder, is_bug_in_code: false, branch, lease, process } };
  },
});
