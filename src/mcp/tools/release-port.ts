// Owns the tool that gives a port of the agent's project back.

import { text } from '../../api/fields.ts';
import * as names from '../../api/names.ts';
import type { ReleaseAnswer } from '../../api/schemas.ts';
import * as Type from '../../api/type.ts';
import { StyxyError } from '../../errors.ts';
import { findLeases } from '../desk.ts';
import { closed, cwd, LeaseShape, leaseShape, protocol } from '../shapes.ts';
import { ENDS, toolOf } from '../tool.ts';

export const releasePort = toolOf({
  name: 'release_port',
  title: 'Release a port',
  description:
    "Give back a port of your own project that you do not need any more. It ends no process: stop your server first. Another project's port is refused. Needs `confirm: true`.",
  input: Type.object(
    {
      cwd: cwd(),
      port: names.anyPort({ description: 'A port of the lease' }),
      protocol: Type.optional(protocol()),
      confirm: Type.boolean({ description: 'true: release it; false: only say what would be released' }),
    },
    closed,
  ),
  output: Type.object({
    released: Type.boolean({ description: 'Whether it was done' }),
    lease: LeaseShape,
    message: text('What was done, or would be'),
  }),
  annotations: ENDS,
  async run({ cwd: directory, port, protocol: kind = 'tcp', confirm }, desk) {
    const project = desk.projectOf(directory);
    const { leases } = await findLeases(desk, { port });
    const found = leases.find((lease) => lease.protocol === kind);
    if (found === undefined)
      throw new StyxyError('LEASE_NOT_FOUND', `No lease covers ${kind} port ${port}`, {
        hint: '`list_ports` shows the ports of your project.',
      });
    const lease = leaseShape(found, project);
    if (!lease.is_yours)
      throw new StyxyError('LEASE_IN_USE', `Port ${port} does not belong to the project ${project.path}`, {
        hint: '`explain_conflict` says whose it is. Leave it, and take another with `allocate_port`.',
        fields: { lease },
      });
    if (!confirm) {
      const sentence = `Nothing was released. Port ${port} is yours; call again with \`confirm: true\` to release it.`;
      return { sentence, output: { released: false, lease, message: sentence } };
    }
    const query = new URLSearchParams({ project_path: project.path, fence: String(found.fence) });
    const path = `/allocate/${encodeURIComponent(found.lock_id)}?${query}`;
    const { message } = await desk.ask<ReleaseAnswer>('DELETE', path);
    return { sentence: `Port ${port} was released.`, output: { released: true, lease, message } };
  },
});
