// Owns the tool that says how the daemon is.

import { count, flag, nullable, text } from '../../api/fields.ts';
import type { StatusAnswer } from '../../api/schemas-daemon.ts';
import * as Type from '../../api/type.ts';
import { findLeases } from '../desk.ts';
import { closed, cwd } from '../shapes.ts';
import { READS, toolOf } from '../tool.ts';

export const status = toolOf({
  name: 'status',
  title: 'Show the state of Styxy',
  description: 'Does the daemon that hands out the ports work, and how many leases are there?',
  input: Type.object({ cwd: cwd() }, closed),
  output: Type.object({
    version: text('Of the daemon'),
    can_grant: flag('It can commit grants'),
    reason: nullable(Type.string(), 'Why not'),
    uptime_seconds: count('Since its start'),
    leases: count('On this machine'),
    your_leases: count('Of your project'),
    orphans: count('Servers whose holder is gone'),
    project_path: text('Which project you are'),
  }),
  annotations: READS,
  async run({ cwd: directory }, desk) {
    const project = desk.projectOf(directory);
    const { version, uptime_seconds, counts, store } = await desk.ask<StatusAnswer>('GET', '/status');
    const { count: own } = await findLeases(desk, { project_path: project.path, limit: 1 });
    return {
      sentence: store.can_commit
        ? `Styxy works: ${counts.leases} leases on this machine, ${own} of your project.`
        : 'Styxy runs and cannot grant ports now: `styxy doctor` in a shell says why.',
      output: {
        version,
        can_grant: store.can_commit,
        reason: store.reason,
        uptime_seconds,
        leases: counts.leases,
        your_leases: own,
        orphans: counts.orphans,
        project_path: project.path,
      },
    };
  },
});
