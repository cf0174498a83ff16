// Owns `styxy cleanup`: the end of leases that nobody uses.

import type { CleanupAnswer } from '../../api/schemas-cleanup.ts';
import { type Client, expectOk } from '../../client/client.ts';
import { resolveHome } from '../../home.ts';
import type { OrphanVerdict } from '../../run/orphans.ts';
import type { Command } from '../command.ts';
import { portsOf } from '../lease-words.ts';
import { shortPath } from '../paths.ts';
import { reach } from '../reach.ts';
import { type Column, tableLines } from '../table.ts';
import { print, printJson } from '../write.ts';
import { isOver, withOrphans } from './cleanup-orphans.ts';
import { type Judged, orphanText, reasonText } from './cleanup-reasons.ts';

const FAILED_STATUS = 1;

interface Row extends Judged {
  readonly verdict: string;
  /** Where the reason of the lease alone does not say it. */
  readonly why?: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'PORT', cell: portsOf, isRight: true },
  { title: 'NAME', cell: (lease) => lease.service_name ?? '-' },
  { title: 'TYPE', cell: (lease) => lease.service_type },
  {
    title: 'PROJECT',
    cell: (lease) => (lease.project_path === null ? '-' : shortPath(lease.project_path)),
    isCutAtStart: true,
  },
  { title: 'VERDICT', cell: (lease) => lease.verdict, isKept: true },
  { title: 'WHY', cell: whyOf, beneath: whyOf },
];

function whyOf(lease: Row): string {
  return lease.why ?? reasonText(lease);
}

export const cleanupCommand: Command = {
  name: 'cleanup',
  summary: 'End stale leases',
  details: [
    'A lease that somebody listens on, or that a running command holds, is never ended. Leases end by themselves too, when their term is over.',
    'With --orphans, servers whose holder is gone are ended too: SIGTERM first, SIGKILL after 3 seconds, and only what is proven to be the process that the lease was for. Their leases are released.',
    'With --json it prints the answer of POST /cleanup. With --orphans as well, the leases of ended servers are in `cleaned`, for the reason `orphan-ended`, and `ended_orphans` has one entry for each orphan: `{lease, pid, verdict, processes}`, where `pid` is the process that listens (null where the system does not say), `processes` are the pids that were ended or would be, and `verdict` is `ended`, `would-end` (with --dry-run), `left` (nothing proves that it is the server) or `stuck` (it does not end).',
  ],
  usage: ['cleanup [-f] [--dry-run] [--orphans]'],
  options: {
    force: {
      kind: 'flag',
      short: 'f',
      description: 'Reserved and idle leases too, unless a running command holds them',
    },
    orphans: { kind: 'flag', description: 'End servers whose holder is gone' },
    'dry-run': { kind: 'flag', description: 'Only say what would be ended' },
  },
  examples: [
    { line: 'styxy cleanup -f --dry-run', description: 'What could be ended?' },
    { line: 'styxy cleanup --orphans', description: 'End what dead sessions left running' },
  ],
  exits: { 1: 'A server could not be ended, or the request was refused' },
  async run(invocation) {
    const body = { force: invocation.has('force'), dry_run: invocation.has('dry-run') };
    const client = await reach(invocation);
    const answer = expectOk(await client.request<CleanupAnswer>('POST', '/cleanup', body));
    const ended = invocation.has('orphans')
      ? await endOrphans(client, invocation.env, answer, body.dry_run)
      : null;
    client.close();
    if (invocation.isJson)
      printJson(ended === null ? answer : { ...withOrphans(answer, ended), ended_orphans: ended });
    else show(answer, ended, body.dry_run);
    return ended?.some(({ verdict }) => verdict === 'stuck') === true ? FAILED_STATUS : 0;
  },
};

async function endOrphans(
  client: Client,
  env: NodeJS.ProcessEnv,
  { orphans }: CleanupAnswer,
  isDryRun: boolean,
): Promise<OrphanVerdict[]> {
  const [{ endOrphan }, { loadProcesses }, { spareDaemon }, { releaseLease }] = await Promise.all([
    import('../../run/orphans.ts'),
    import('../../run/members.ts'),
    import('../../run/own-daemon.ts'),
    import('../../run/release.ts'),
  ]);
  const processes = await loadProcesses();
  const ending = { isDryRun, spare: spareDaemon(resolveHome(env), processes) };
  const verdicts: OrphanVerdict[] = [];
  for (const orphan of orphans) {
    const verdict = await endOrphan(client, processes, orphan, ending);
    verdicts.push(verdict);
    if (verdict.verdict === 'ended') await releaseLease(async () => client, verdict.lease);
  }
  return verdicts;
}

function show(answer: CleanupAnswer, orphans: readonly OrphanVerdict[] | null, isDryRun: boolean): void {
  const byLease = new Map(orphans?.map((orphan) => [orphan.lease.lock_id, orphan]));
  const rows: Row[] = [
    ...answer.cleaned.map((lease) => ({ ...lease, verdict: isDryRun ? 'would end' : 'ended' })),
    ...answer.stays.map((lease) => judged(lease, byLease.get(lease.lock_id))),
  ];
  const sorted = rows.toSorted((a, b) => a.port - b.port);
  if (rows.length > 0) for (const line of tableLines(COLUMNS, sorted)) print(line);
  const servers = orphans?.filter(isOver).length ?? 0;
  const goes = answer.cleaned.length + servers;
  const done = isDryRun ? 'would be ended' : 'ended';
  print(`${goes} ${goes === 1 ? 'lease' : 'leases'} ${done}, ${answer.kept - servers} kept.`);
}

/** A lease that stays, unless it is an orphan whose server was ended. */
function judged(lease: Judged, orphan: OrphanVerdict | undefined): Row {
  if (orphan === undefined) return { ...lease, verdict: 'stays' };
  const verdict = !isOver(orphan) ? 'stays' : orphan.verdict === 'ended' ? 'ended' : 'would end';
  return { ...lease, verdict, why: orphanText(orphan) };
}
