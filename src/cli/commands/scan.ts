// Owns `styxy scan`: the ports in use on this machine, with process and lease.

import type { PortInUse, ScanAnswer } from '../../api/schemas-scan.ts';
import { expectOk } from '../../client/client.ts';
import { type Command, UsageError } from '../command.ts';
import { shortPath } from '../paths.ts';
import { query, reach } from '../reach.ts';
import { type Column, tableLines } from '../table.ts';
import { print, printJson } from '../write.ts';

export const scanCommand: Command = {
  name: 'scan',
  summary: 'List the ports in use, with process and lease',
  details: ['Of programs that belong to other users only root sees the process.'],
  usage: ['scan [-s START] [-e END]'],
  options: {
    start: { kind: 'value', short: 's', value: 'START', description: 'The first port (1)' },
    end: { kind: 'value', short: 'e', value: 'END', description: 'The last port, included (65535)' },
  },
  examples: [
    { line: 'styxy scan', description: 'Every port in use' },
    { line: 'styxy scan -s 3000 -e 3999', description: 'Those from 3000 to 3999' },
  ],
  async run(invocation) {
    const start = invocation.integer('start', 1, 65_535);
    const end = invocation.integer('end', 1, 65_535);
    if (start !== null && end !== null && start > end)
      throw new UsageError(`--start ${start} is above --end ${end}`);
    const client = await reach(invocation);
    const answer = expectOk(await client.request<ScanAnswer>('GET', `/scan${query({ start, end })}`));
    client.close();
    if (invocation.isJson) printJson(answer);
    else show(answer);
    return 0;
  },
};

function show(answer: ScanAnswer): void {
  const { ports_in_use: entries } = answer;
  if (entries.length === 0) print(`No port from ${answer.start} to ${answer.end} is in use.`);
  else for (const line of tableLines(columnsFor(entries), entries)) print(line);
}

function columnsFor(entries: readonly PortInUse[]): Column<PortInUse>[] {
  const columns: Column<PortInUse>[] = [
    { title: 'PORT', cell: ({ port }) => String(port), isRight: true },
    { title: 'PROTO', cell: ({ protocol }) => protocol },
    { title: 'ADDRESSES', cell: addressesOf, beneath: addressesOf },
    { title: 'PROCESS', cell: ({ process }) => process ?? '-' },
    { title: 'PID', cell: ({ pid }) => (pid === null ? '-' : String(pid)), isRight: true },
    { title: 'USER', cell: ({ user }) => user ?? '-', beneath: ({ user }) => user && `user ${user}` },
    {
      title: 'LEASE',
      cell: leaseOf,
      beneath: (entry) => (entry.lease === null ? null : `lease of ${leaseOf(entry)}`),
    },
  ];
  if (entries.every(({ container }) => container === null)) return columns;
  return [
    ...columns,
    {
      title: 'CONTAINER',
      cell: ({ container }) => container ?? '-',
      beneath: ({ container }) => (container === null ? null : `container ${container}`),
    },
  ];
}

function addressesOf({ addresses }: PortInUse): string {
  return addresses.join(' ');
}

function leaseOf({ lease }: PortInUse): string {
  if (lease === null) return '-';
  const name = lease.service_name ?? lease.service_type;
  const state = lease.state === 'hijacked' ? ' (hijacked)' : '';
  return lease.project_path === null
    ? `${name}${state}`
    : `${name} in ${shortPath(lease.project_path)}${state}`;
}
