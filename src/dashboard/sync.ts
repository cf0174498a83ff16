// Owns how the page keeps up with the daemon: everything once, then what the events name, and slowly what no event tells.

import type { AllocationsAnswer, LeaseJson } from '../api/schemas.ts';
import type { AuditAnswer } from '../api/schemas-audit.ts';
import type { StatusAnswer } from '../api/schemas-daemon.ts';
import type { HistoryAnswer, OverviewAnswer } from '../api/schemas-dashboard.ts';
import type { StreamEvent } from '../api/schemas-events.ts';
import type { InstancesAnswer } from '../api/schemas-instance.ts';
import type { ScanAnswer } from '../api/schemas-scan.ts';
import { Refused, request } from './api.ts';
import { type EventStream, followEvents } from './event-stream.ts';
import { createLeaseChanges, withPort } from './lease-changes.ts';
import { forgetSession } from './session.ts';
import * as state from './state.ts';

/** What comes within this is asked for together. */
const GATHER_MS = 60;
/** All leases are asked for this often at most, and not more than a fifth of the time. */
const MIN_RELOAD_MS = 1_000;
const RELOAD_SHARE = 5;
/** How often is asked what no event tells: heartbeats, charts, counts. */
const SLOW_MS = 10_000;
/** A look at all sockets of the machine costs more: it takes a twentieth of the time at most. */
const SCAN_SHARE = 20;
const MAX_EVENTS = 300;
const LEASE_STATES = ['reserved', 'active', 'idle', 'hijacked'] as const;
/** Which events change more than a lease. */
const CHANGES_RANGES = /^(?:range_|config_changed|conflict|reclaimed|expired|hijacked|granted|released)/;
const CHANGES_INSTANCES = /^(?:instance_|granted|released|reclaimed|expired)/;

const changes = createLeaseChanges();
let stream: EventStream | null = null;
let isFlushing = false;
let isMoreDue = false;

/** Begins to follow the daemon. To be called once, signed in. */
export function follow(): void {
  stream = followEvents({
    opened() {
      // Also after a short loss: what has no events may have changed.
      if (!state.isLoaded.value) changes.touchAll();
      state.connection.value = { kind: 'live' };
      void loadSlowly();
      flush();
    },
    event: take,
    lost(why) {
      const { kind } = state.connection.value;
      if (kind !== 'away') state.connection.value = { kind: 'away', why, since: Date.now() };
    },
    signedOut: () => signOut('This session is over.'),
  });
  setInterval(() => {
    state.now.value = Date.now();
    if (!document.hidden && state.connection.value.kind === 'live') void loadSlowly();
  }, SLOW_MS);
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    state.now.value = Date.now();
    if (state.connection.value.kind === 'live') void loadSlowly();
    else retry();
  });
}

/** Tries to reach the daemon now. */
export function retry(): void {
  stream?.hurry();
}

/** Asks anew for what an action of the user's changed. */
export function refresh(): void {
  changes.touchAll();
  flush();
}

function signOut(why: string): void {
  forgetSession();
  state.connection.value = { kind: 'signed-out', why };
}

function take(event: StreamEvent): void {
  if (event.event === 'resync') {
    changes.touchAll();
    void loadEvents();
    flush();
    return;
  }
  // A name tells them apart, but names of events may be added: the fields say it to the compiler.
  if (!('lock_id' in event)) return;
  state.events.value = [event, ...state.events.value].slice(0, MAX_EVENTS);
  if (event.port !== null && event.lock_id !== null) changes.touch(event.port);
  if (/^range_|^config_changed/.test(event.event)) changes.touchAll();
  if (CHANGES_RANGES.test(event.event)) isOverviewDue = true;
  if (CHANGES_INSTANCES.test(event.event)) areInstancesDue = true;
  // Somebody listens, or does no more.
  if ('state' in event) areListenersDue = true;
  flush();
}

let isOverviewDue = true;
let areInstancesDue = true;
let areListenersDue = false;

/** One round after another, so that no answer overtakes a newer one. */
function flush(): void {
  isMoreDue = true;
  if (!isFlushing) void rounds();
}

async function rounds(): Promise<void> {
  isFlushing = true;
  while (isMoreDue) {
    isMoreDue = false;
    await pause(GATHER_MS);
    const due = changes.take();
    try {
      if (due === 'all') await loadAll();
      else for (const port of due) await loadPort(port);
      if (isOverviewDue) await loadOverview();
      if (areInstancesDue) await loadInstances();
      if (areListenersDue && performance.now() >= scanNotBefore) await loadListeners();
    } catch (error) {
      // What was asked for is still to be known; the stream says when there is somebody to ask.
      changes.touchAll();
      if (!refusedForGood(error) && state.connection.value.kind === 'live') {
        await pause(MIN_RELOAD_MS);
        isMoreDue = true;
      }
    }
  }
  isFlushing = false;
}

async function loadAll(): Promise<void> {
  const begun = performance.now();
  const all = new Map<string, LeaseJson>();
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: string = cursor === '' ? '' : `?cursor=${cursor}`;
    const page: AllocationsAnswer = await request('GET', `/allocations${query}`);
    for (const lease of page.allocations) all.set(lease.lock_id, lease);
    cursor = page.next_cursor;
  }
  if (!state.isLoaded.value) {
    await loadOverview();
    await loadEvents();
  }
  state.leases.value = all;
  state.isLoaded.value = true;
  isOverviewDue = true;
  await pause(Math.max(MIN_RELOAD_MS, (performance.now() - begun) * RELOAD_SHARE) - GATHER_MS);
}

async function loadPort(port: number): Promise<void> {
  const { allocations } = await request<AllocationsAnswer>('GET', `/allocations?port=${port}`);
  state.leases.value = withPort(state.leases.value, port, allocations);
}

async function loadOverview(): Promise<void> {
  isOverviewDue = false;
  state.overview.value = await request<OverviewAnswer>('GET', '/overview');
}

async function loadInstances(): Promise<void> {
  areInstancesDue = false;
  state.instances.value = (await request<InstancesAnswer>('GET', '/instance/list')).instances;
}

async function loadEvents(): Promise<void> {
  const { events } = await request<AuditAnswer>('GET', `/audit?limit=${MAX_EVENTS}`);
  state.events.value = events.toReversed();
}

let isSlowLoading = false;
let scanNotBefore = 0;

async function loadSlowly(): Promise<void> {
  if (isSlowLoading) return;
  isSlowLoading = true;
  try {
    state.minutes.value = (await request<HistoryAnswer>('GET', '/history')).minutes;
    const status = await request<StatusAnswer>('GET', '/status');
    state.status.value = status;
    if (!agrees(status.counts)) refresh();
    await loadInstances();
    await loadOverview();
    if (performance.now() >= scanNotBefore) await loadListeners();
  } catch (error) {
    refusedForGood(error);
  } finally {
    isSlowLoading = false;
  }
}

/** Whether the page counts what the daemon counts: no event tells that the holder of a lease died. */
function agrees(counts: StatusAnswer['counts']): boolean {
  const { value: leases } = state.allLeases;
  const having = (isSo: (lease: LeaseJson) => boolean): number => leases.filter(isSo).length;
  return (
    leases.length === counts.leases &&
    having(({ orphan }) => orphan) === counts.orphans &&
    LEASE_STATES.every((name) => having((lease) => lease.state === name) === counts[name])
  );
}

async function loadListeners(): Promise<void> {
  areListenersDue = false;
  const begun = performance.now();
  const { start, end } = managedSpan();
  const { ports_in_use: found } = await request<ScanAnswer>('GET', `/scan?start=${start}&end=${end}`);
  state.listeners.value = found;
  const ended = performance.now();
  scanNotBefore = ended + (ended - begun) * SCAN_SHARE;
}

/** From the first to the last port that anything is known of. */
function managedSpan(): { start: number; end: number } {
  const ports = [
    ...state.overview.value.ranges.flatMap(({ start, end }) => [start, end]),
    ...state.allLeases.value.map(({ port }) => port),
  ];
  return {
    start: ports.reduce((least, port) => Math.min(least, port), 65_535),
    end: ports.reduce((most, port) => Math.max(most, port), 1),
  };
}

/** Whether a refusal means that nothing more is to be asked. */
function refusedForGood(error: unknown): boolean {
  if (!(error instanceof Refused) || error.status !== 401) return false;
  signOut('This session is over.');
  return true;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
