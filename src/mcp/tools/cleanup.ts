// Owns the tool that ends leases which nobody uses.

import { count, flag, text } from '../../api/fields.ts';
import type { CleanupAnswer } from '../../api/schemas-cleanup.ts';
import * as Type from '../../api/type.ts';
import { closed, cwd, LeaseShape, leaseShape } from '../shapes.ts';
import { ENDS, toolOf } from '../tool.ts';

/** More would fill the agent's context. */
const MAX_LEASES = 50;

export const cleanup = toolOf({
  name: 'cleanup',
  title: 'End stale leases',
  description:
    'End leases whose holder is gone and on which nobody listens. It ends no process and no lease in use. Without `confirm: true` it only says what it would end.',
  input: Type.object(
    {
      cwd: cwd(),
      confirm: Type.boolean({ description: 'true: do it; false: only say what would be done' }),
    },
    closed,
  ),
  output: Type.object({
    done: flag('Whether it was done'),
    cleaned: Type.array(Type.object({ ...LeaseShape.properties, reason: text('Why') }), {
      description: `What ended, or would; the first ${MAX_LEASES}`,
    }),
    count: count('How many ended, or would'),
    kept: count('How many stay'),
  }),
  annotations: ENDS,
  async run({ cwd: directory, confirm }, desk) {
    const project = desk.projectOf(directory);
    const body = { force: false, dry_run: !confirm };
    const { cleaned, kept } = await desk.ask<CleanupAnswer>('POST', '/cleanup', body);
    const leases = cleaned.length === 1 ? '1 lease' : `${cleaned.length} leases`;
    return {
      sentence: confirm
        ? `${leases} ended, ${kept} kept.`
        : `Nothing was changed: ${leases} would end, ${kept} would stay. Call again with \`confirm: true\` to do it.`,
      output: {
        done: confirm,
        cleaned: cleaned
          .slice(0, MAX_LEASES)
          .map(({ reason, ...lease }) => ({ ...leaseShape(lease, project), reason })),
        count: cleaned.length,
        kept,
      },
    };
  },
});
