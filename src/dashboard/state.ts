// Owns what the page knows and what its user chose, as signals: whoever reads one is drawn anew when it changes.

import { computed, signal } from '@preact/signals';
import type { LeaseJson } from '../api/schemas.ts';
import type { AuditEventJson } from '../api/schemas-audit.ts';
import type { StatusAnswer } from '../api/schemas-daemon.ts';
import type { HistoryMinute, OverviewAnswer } from '../api/schemas-dashboard.ts';
import type { SeenEvent } from '../api/schemas-events.ts';
import type { InstanceJson } from '../api/schemas-instance.ts';
import type { PortInUse } from '../api/schemas-scan.ts';
import type { Dialog } from './dialogs.ts';
import { EVERYTHING, type Filter, matcher, type Sorting, sorted } from './filter.ts';
import { stripsOf } from './port-cells.ts';

/** `away`: tried again and again; `signed-out`: nothing is, until the user opens the page anew. */
export type Connection =
  | { readonly kind: 'connecting' | 'live' }
  | { readonly kind: 'away'; readonly why: string; readonly since: number }
  | { readonly kind: 'signed-out'; readonly why: string };

export type ShownEvent = AuditEventJson | SeenEvent;

export const connection = signal<Connection>({ kind: 'connecting' });
export const leases = signal<ReadonlyMap<string, LeaseJson>>(new Map());
export const overview = signal<OverviewAnswer>({ ranges: [], resting: [], projects: [] });
export const instances = signal<readonly InstanceJson[]>([]);
export const listeners = signal<readonly PortInUse[]>([]);
export const minutes = signal<readonly HistoryMinute[]>([]);
export const status = signal<StatusAnswer | null>(null);
/** The newest first. */
export const events = signal<readonly ShownEvent[]>([]);
/** Whether everything was loaded once. */
export const isLoaded = signal(false);
/** Wall clock in epoch ms, moved every few seconds: ages are told by it. */
export const now = signal(Date.now());

export const filter = signal<Filter>(EVERYTHING);
export const sorting = signal<Sorting>({ key: 'port', isDescending: false });
export const dialog = signal<Dialog | null>(null);
/** What was done, in a sentence that is read out. */
export const notice = signal<{ readonly text: string; readonly isBad: boolean } | null>(null);

const branches = computed(
  () => new Map(overview.value.projects.map(({ project_path: path, branch }) => [path, branch])),
);
export function branchOf(projectPath: string): string | null {
  return branches.value.get(projectPath) ?? null;
}

export const allLeases = computed(() => [...leases.value.values()]);
const matches = computed(() => matcher(filter.value, branchOf));
/** The leases that are looked for, in their order. */
export const shownLeases = computed(() => sorted(allLeases.value.filter(matches.value), sorting.value));

export const strips = computed(() =>
  stripsOf({
    ranges: overview.value.ranges,
    leases: leases.value.values(),
    resting: overview.value.resting.filter(({ until }) => Date.parse(until) > now.value),
    // The daemon's own sockets are no strangers.
    listeners: listeners.value.filter(({ pid }) => pid === null || pid !== status.value?.pid),
  }),
);

/** Who listens, by protocol and port. */
export const listenerAt = computed(
  () => new Map(listeners.value.map((each) => [`${each.protocol}:${each.port}`, each])),
);

/** Changes a part of the filter. */
export function narrow(part: Partial<Filter>): void {
  filter.value = { ...filter.value, ...part };
}
