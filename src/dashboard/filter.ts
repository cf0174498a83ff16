// Owns which leases are looked for, and in what order they stand.

import type { LeaseJson } from '../api/schemas.ts';

export type LeaseState = LeaseJson['state'];
export type StateChoice = LeaseState | 'orphan' | 'singleton';

/** What is looked for; an empty text and a null are no condition. */
export interface Filter {
  /** Words that must all be somewhere: a port, a name, a project, a branch, a session. */
  readonly text: string;
  readonly serviceType: string | null;
  readonly projectPath: string | null;
  readonly instanceId: string | null;
  readonly state: StateChoice | null;
}

export const EVERYTHING: Filter = {
  text: '',
  serviceType: null,
  projectPath: null,
  instanceId: null,
  state: null,
};

export function isEverything(filter: Filter): boolean {
  return (
    filter.text.trim() === '' &&
    filter.serviceType === null &&
    filter.projectPath === null &&
    filter.instanceId === null &&
    filter.state === null
  );
}

/** @param branchOf the branch of a project's checkout */
export function matcher(
  filter: Filter,
  branchOf: (projectPath: string) => string | null,
): (lease: LeaseJson) => boolean {
  const words = filter.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return (lease) => {
    if (filter.serviceType !== null && lease.service_type !== filter.serviceType) return false;
    if (filter.projectPath !== null && lease.project_path !== filter.projectPath) return false;
    if (filter.instanceId !== null && lease.instance_id !== filter.instanceId) return false;
    if (filter.state !== null && !hasState(lease, filter.state)) return false;
    if (words.length === 0) return true;
    const text = searchable(lease, branchOf);
    return words.every((word) =>
      isPort(word) ? covers(lease, word) || text.includes(word) : text.includes(word),
    );
  };
}

export function hasState(lease: LeaseJson, state: StateChoice): boolean {
  if (state === 'orphan') return lease.orphan;
  if (state === 'singleton') return lease.singleton;
  return lease.state === state;
}

function isPort(word: string): boolean {
  return /^\d{1,5}$/.test(word);
}

function covers({ ports }: LeaseJson, word: string): boolean {
  return ports.some((port) => String(port).startsWith(word));
}

/** Without the ports: a pid or a path with the same digits is looked for as text. */
function searchable(lease: LeaseJson, branchOf: (projectPath: string) => string | null): string {
  const { service_name: name, service_type: type, project_path: project, instance_id: instance, pid } = lease;
  const branch = project === null ? null : branchOf(project);
  return [name, type, project, branch, instance, pid, lease.protocol, lease.state, lease.lock_id]
    .filter((part) => part !== null)
    .join('\n')
    .toLowerCase();
}

export type SortKey = 'port' | 'service' | 'project' | 'session' | 'state' | 'age';

export interface Sorting {
  readonly key: SortKey;
  readonly isDescending: boolean;
}

/** What needs a look comes first. */
const STATE_ORDER: Readonly<Record<LeaseState, number>> = { hijacked: 0, active: 2, idle: 3, reserved: 4 };

const COMPARE: Readonly<Record<SortKey, (a: LeaseJson, b: LeaseJson) => number>> = {
  port: () => 0,
  service: (a, b) => compareText(a.service_name ?? a.service_type, b.service_name ?? b.service_type),
  project: (a, b) => compareText(a.project_path ?? '\uffff', b.project_path ?? '\uffff'),
  session: (a, b) => compareText(a.instance_id ?? '\uffff', b.instance_id ?? '\uffff'),
  state: (a, b) => stateOrder(a) - stateOrder(b),
  // The youngest has the smallest age.
  age: (a, b) => compareText(b.allocated_at, a.allocated_at),
};

function stateOrder({ state, orphan }: LeaseJson): number {
  return orphan ? 1 : STATE_ORDER[state];
}

/** In code units: five thousand names in the order of a language would take longer than all the rest. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Equal ones stand by port. */
export function sorted(leases: readonly LeaseJson[], { key, isDescending }: Sorting): LeaseJson[] {
  const compare = COMPARE[key];
  const sign = isDescending ? -1 : 1;
  return leases.toSorted(
    (a, b) => sign * (compare(a, b) || a.port - b.port) || compareText(a.protocol, b.protocol),
  );
}
