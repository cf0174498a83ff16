// Owns how leases are shown to people: a table for each project, all with the same columns.

import type { LeaseJson } from '../../api/schemas.ts';
import { ageText } from '../duration.ts';
import { portsOf } from '../lease-words.ts';
import { shortPath } from '../paths.ts';
import { bold, coloured } from '../style.ts';
import { type Column, tableRows } from '../table.ts';
import { visible } from '../visible.ts';

const INDENT = 2;

/**
 * @param isVerbose lock ids, fences, instances and terms too
 * @param sessions by lock id: the agent's session that it belongs to
 */
export function leaseLines(
  leases: readonly LeaseJson[],
  isVerbose: boolean,
  sessions: ReadonlyMap<string, string> = new Map(),
): string[] {
  const sorted = leases.toSorted((a, b) => compare(groupOf(a), groupOf(b)) || a.port - b.port);
  // One table, so that the columns of all groups are under each other.
  const { head, lines } = tableRows(columnsOf(isVerbose, sessions), sorted, { indent: INDENT });
  const shown: string[] = [];
  let group: string | null = null;
  for (const [index, lease] of sorted.entries()) {
    if (groupOf(lease) !== group) {
      if (group !== null) shown.push('');
      group = groupOf(lease);
      shown.push(bold(visible(group)), head);
    }
    shown.push(...(lines[index] ?? []));
  }
  return shown;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function groupOf(lease: LeaseJson): string {
  if (lease.project_path !== null) return shortPath(lease.project_path);
  return lease.instance_id === null ? 'no project' : `instance ${lease.instance_id}`;
}

function columnsOf(isVerbose: boolean, sessions: ReadonlyMap<string, string>): Column<LeaseJson>[] {
  const sessionOf = ({ lock_id: id }: LeaseJson): string | null => sessions.get(id) ?? null;
  const columns: Column<LeaseJson>[] = [
    { title: 'PORT', cell: portsOf, isRight: true },
    { title: 'NAME', cell: (lease) => lease.service_name ?? '-' },
    { title: 'TYPE', cell: typeOf, beneath: typeOf },
    { title: 'STATE', cell: stateOf, paint: coloured, beneath: stateOf },
    {
      title: 'PID',
      cell: ({ pid }) => (pid === null ? '-' : String(pid)),
      isRight: true,
      beneath: ({ pid }) => (pid === null ? null : `pid ${pid}`),
    },
    {
      title: 'AGE',
      cell: (lease) => ageText(lease.allocated_at),
      isRight: true,
      beneath: (lease) => `for ${ageText(lease.allocated_at)}`,
    },
    ...(sessions.size === 0
      ? []
      : [
          {
            title: 'SESSION',
            cell: (lease: LeaseJson) => sessionOf(lease) ?? '-',
            beneath: (lease: LeaseJson) => {
              const session = sessionOf(lease);
              return session === null ? null : `session ${session}`;
            },
          },
        ]),
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

function typeOf(lease: LeaseJson): string {
  return `${lease.service_type}${lease.singleton ? ' (single)' : ''}`;
}

function stateOf(lease: LeaseJson): string {
  if (lease.orphan) return `${lease.state} (orphan)`;
  return lease.drift.length === 0 ? lease.state : `${lease.state} (on ${lease.drift.join(', ')})`;
}
