// Owns `styxy cleanup`: the end of leases that nobody uses.

import type { CleanupAnswer } from '../../api/schemas-cleanup.ts';
import { expectOk } from '../../client/client.ts';
import type { Command } from '../command.ts';
import { shortPath } from '../paths.ts';
import { reach } from '../reach.ts';
import { type Column, tableLines } from '../table.ts';
import { print, printJson } from '../write.ts';
import { type Judged, reasonText } from './cleanup-reasons.ts';

interface Row extends Judged {
  readonly verdict: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'PORT', cell: (lease) => String(lease.port), isRight: true },
  { title: 'NAME', cell: (lease) => lease.service_name ?? '-' },
  { title: 'TYPE', cell: (lease) => lease.service_type },
  { title: 'PROJECT', cell: (lease) => (lease.project_path === null ? '-' : shortPath(lease.project_path)) },
  { title: 'VERDICT', cell: (lease) => lease.verdict },
  { title: 'WHY', cell: (lease) => reasonText(lease) },
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
    const goes = body.dry_run ? 'would end' : 'ended';
    const rows: Row[] = [
      ...answer.cleaned.map((lease) => ({ ...lease, verdict: goes })),
      ...answer.stays.map((lease) => ({ ...lease, verdict: 'stays' })),
    ];
    if (rows.length > 0) {
      for (const line of tableLines(
        COLUMNS,
        rows.toSorted((a, b) => a.port - b.port),
      ))
        print(line);
    }
    const { length } = answer.cleaned;
    const done = body.dry_run ? 'would be ended' : 'ended';
    print(`${length} ${length === 1 ? 'lease' : 'leases'} ${done}, ${answer.kept} kept.`);
    return 0;
  },
};
