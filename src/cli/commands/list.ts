// Owns `styxy list`: all leases, grouped by project.

import type { AllocationsAnswer, LeaseJson } from '../../api/schemas.ts';
import { type Client, expectOk } from '../../client/client.ts';
import { type Command, type Invocation, UsageError } from '../command.ts';
import { ageText } from '../duration.ts';
import { portsOf } from '../lease-words.ts';
import { shortPath } from '../paths.ts';
import { projectAt, projectPathAt, query, reach } from '../reach.ts';
import { bold, coloured } from '../style.ts';
import { type Column, tableRows } from '../table.ts';
import { visible } from '../visible.ts';
import { print, printJson } from '../write.ts';

const INDENT = 2;

export const listCommand: Command = {
  name: 'list',
  aliases: ['ls'],
  summary: 'List leases, grouped by project',
  usage: ['list [-v] [--here] [--service TYPE] [--project DIR] [--instance ID]'],
  options: {
    verbose: { kind: 'flag', short: 'v', description: 'Lock ids, fences, instances and terms too' },
    here: { kind: 'flag', description: "This project's leases" },
    service: { kind: 'value', short: 's', value: 'TYPE', description: 'Leases of this service type' },
    project: { kind: 'value', value: 'DIR', description: 'Leases of this project' },
    instance: { kind: 'value', value: 'ID', description: 'Leases of this instance' },
  },
  examples: [
    { line: 'styxy list', description: 'Who has which port' },
    { line: 'styxy list --here -v', description: "This project's leases with their lock ids" },
  ],
  async run(invocation) {
    const directory = invocation.text('project');
    if (directory !== null && invocation.has('here'))
      throw new UsageError('--here and --project do not go together');
    const here = invocation.has('here') ? projectAt(null).path : null;
    const filter = {
      service_type: invocation.text('service'),
      project_path: directory === null ? here : await projectPathAt(directory),
      instance_id: invocation.text('instance'),
    };
    const client = await reach(invocation);
    const leases = await allPages(client, filter);
    client.close();
    if (invocation.isJson) printJson({ allocations: leases, count: leases.length, next_cursor: null });
    else show(leases, invocation);
    return 0;
  },
};

async function allPages(
  client: Client,
  filter: Readonly<Record<string, string | null>>,
): Promise<LeaseJson[]> {
  const leases: LeaseJson[] = [];
  let cursor: string | null = null;
  do {
    const path: string = `/allocations${query({ ...filter, cursor })}`;
    const page: AllocationsAnswer = expectOk(await client.request<AllocationsAnswer>('GET', path));
    leases.push(...page.allocations);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return leases;
}

function show(leases: readonly LeaseJson[], invocation: Invocation): void {
  if (leases.length === 0) {
    print('No leases.');
    return;
  }
  const isVerbose = invocation.has('verbose');
  const sorted = leases.toSorted((a, b) => compare(groupOf(a), groupOf(b)) || a.port - b.port);
  // One table, so that the columns of all groups are under each other.
  const { head, lines } = tableRows(columnsOf(isVerbose), sorted, { indent: INDENT });
  let group: string | null = null;
  for (const [index, lease] of sorted.entries()) {
    if (groupOf(lease) !== group) {
      if (group !== null) print('');
      group = groupOf(lease);
      print(bold(visible(group)));
      print(head);
    }
    for (const line of lines[index] ?? []) print(line);
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function groupOf(lease: LeaseJson): string {
  if (lease.project_path !== null) return shortPath(lease.project_path);
  return lease.instance_id === null ? 'no project' : `instance ${lease.instance_id}`;
}

function columnsOf(isVerbose: boolean): Column<LeaseJson>[] {
  const columns: Column<LeaseJson>[] = [
    { title: 'PORT', cell: portsOf, isRight: true },
    { title: 'NAME', cell: (lease) => lease.service_name ?? '-' },
    { title: 'TYPE', cell: (lease) => `${lease.service_type}${lease.singleton ? ' (single)' : ''}` },
    { title: 'STATE', cell: stateOf, paint: coloured },
    { title: 'PID', cell: (lease) => (lease.pid === null ? '-' : String(lease.pid)), isRight: true },
    { title: 'AGE', cell: (lease) => ageText(lease.allocated_at), isRight: true },
    { title: 'URL', cell: (lease) => lease.url ?? '-', beneath: ({ url }) => url },
  ];
  if (!isVerbose) return columns;
  return [
    ...columns,
    {
      title: 'FENCE',
      cell: (lease) => String(lease.fence),
      isRight: true,
      beneath: ({ fence }) => `fence ${fence}`,
    },
    { title: 'LOCK ID', cell: (lease) => lease.lock_id, beneath: ({ lock_id: id }) => `lock id ${id}` },
    {
      title: 'INSTANCE',
      cell: (lease) => lease.instance_id ?? '-',
      beneath: ({ instance_id: id }) => (id === null ? null : `instance ${id}`),
    },
    {
      title: 'EXPIRES',
      cell: (lease) => lease.expires_at ?? '-',
      beneath: ({ expires_at: end }) => (end === null ? 'renews itself' : `expires ${end}`),
    },
  ];
}

function stateOf(lease: LeaseJson): string {
  if (lease.orphan) return `${lease.state} (orphan)`;
  return lease.drift.length === 0 ? lease.state : `${lease.state} (on ${lease.drift.join(', ')})`;
}
