// Owns `styxy cleanup`: the end of leases that nobody uses.

import type { CleanupAnswer } from '../../api/schemas.ts';
import { expectOk } from '../../client/client.ts';
import type { Command } from '../command.ts';
import { shortPath } from '../paths.ts';
import { reach } from '../reach.ts';
import { type Column, tableLines } from '../table.ts';
import { print, printJson } from '../write.ts';

type Cleaned = CleanupAnswer['cleaned'][number];

const COLUMNS: readonly Column<Cleaned>[] = [
  { title: 'PORT', cell: (lease) => String(lease.port), isRight: true },
  { title: 'NAME', cell: (lease) => lease.service_name ?? '-' },
  { title: 'TYPE', cell: (lease) => lease.service_type },
  { title: 'PROJECT', cell: (lease) => (lease.project_path === null ? '-' : shortPath(lease.project_path)) },
  { title: 'REASON', cell: (lease) => lease.reason },
];

export const cleanupCommand: Command = {
  name: 'cleanup',
  summary: 'End stale leases',
  details: [
    'A lease that somebody listens on is never ended. Leases end by themselves too, when their term is over.',
  ],
  usage: ['cleanup [-f] [--dry-run]'],
  options: {
    force: {
      kind: 'flag',
      short: 'f',
      description: 'Reserved and idle leases too, although their term is not over',
    },
    'dry-run': { kind: 'flag', description: 'Only say what would be ended' },
  },
  examples: [{ line: 'styxy cleanup -f --dry-run', description: 'What could be ended?' }],
  async run(invocation) {
    const body = { force: invocation.has('force'), dry_run: invocation.has('dry-run') };
    const client = await reach(invocation);
    const answer = expectOk(await client.request<CleanupAnswer>('POST', '/cleanup', body));
    client.close();
    if (invocation.isJson) {
      printJson(answer);
      return 0;
    }
    const { length } = answer.cleaned;
    if (length > 0) for (const line of tableLines(COLUMNS, answer.cleaned)) print(line);
    const done = body.dry_run ? 'would be ended' : 'ended';
    print(`${length} ${length === 1 ? 'lease' : 'leases'} ${done}, ${answer.kept} kept.`);
    return 0;
  },
};
