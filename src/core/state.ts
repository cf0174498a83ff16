// Owns the state of one machine and `evolve`, the only place where it changes.

import type { AutomaticRange, Change, KeyMemory, Quarantine, RequestMemory } from './change.ts';
import { invert, portId } from './change.ts';
import type { ProjectNames } from './host-name.ts';
import type { Instance, InstanceEntry } from './instance.ts';
import { InstanceIndex } from './instance-index.ts';
import { KeyIndex } from './key-index.ts';
import { type Lease, type LeaseEntry, leaseKey, NEW_VITALS, type Protocol, type Vitals } from './lease.ts';
import { LeaseIndex, oldestFirst } from './lease-index.ts';
import type { PortSet } from './port-set.ts';
import { ProjectIndex } from './project-index.ts';

/** What decisions and readers see of the state. */
export interface StateView {
  /** The highest fence that was given out or reserved by an earlier run. */
  readonly lastFence: number;
  /** The number of the last event in the audit. Unlike a fence, one that was taken back was told to nobody. */
  readonly lastAudit: number;
  /** Coordinator time (ms) before which no silence and no term counts: the start, or the end of a sleep. */
  readonly floor: number;
  readonly leaseCount: number;
  lease(lockId: string): LeaseEntry | undefined;
  /** All live leases, in the order of their fences. */
  leases(): Iterable<LeaseEntry>;
  /** The live leases that a connection holds. */
  heldLeases(): readonly LeaseEntry[];
  leaseOn(protocol: Protocol, port: number): LeaseEntry | undefined;
  /** The live leases of a key, oldest first. */
  leasesOfKey(key: string): readonly LeaseEntry[];
  /** The live leases of an instance. */
  leasesOfInstance(instanceId: string): readonly LeaseEntry[];
  /** How many live leases an instance has. */
  leaseCountOfInstance(instanceId: string): number;
  /** How many live leases a project has. */
  leaseCountOfProject(projectPath: string): number;
  /** The live leases that are marked as singletons of this name, oldest first. */
  singletons(name: string): readonly LeaseEntry[];
  /** The ports that live leases cover. */
  taken(protocol: Protocol): PortSet;
  keyMemory(key: string): KeyMemory | undefined;
  /** The key that remembers this port and used it last, if any. */
  keyRemembering(protocol: Protocol, port: number): string | undefined;
  keys(): Iterable<readonly [string, KeyMemory]>;
  /** What the projects that keys are remembered for are called. */
  readonly projects: ProjectNames;
  quarantine(protocol: Protocol, port: number): Quarantine | undefined;
  quarantines(): Iterable<readonly [string, Quarantine]>;
  instance(instanceId: string): InstanceEntry | undefined;
  instances(): Iterable<InstanceEntry>;
  /** The ids of the instances whose process is not known to be dead: those that must be looked at. */
  readonly watchedInstances: ReadonlySet<string>;
  request(requestId: string): RequestMemory | undefined;
  requests(): Iterable<readonly [string, RequestMemory]>;
  /** The range that a service type got by itself. */
  range(serviceType: string): AutomaticRange | undefined;
  ranges(): Iterable<AutomaticRange>;
}

/** The state with its indexes. Built by `evolve` alone; everybody else gets it as a `StateView`. */
export class State implements StateView {
  lastFence: number;
  lastAudit: number;
  floor = 0;
  readonly #leases = new Map<string, LeaseEntry>();
  readonly #index = new LeaseIndex();
  readonly #held = new Set<string>();
  readonly #keys = new KeyIndex();
  readonly #projects = new ProjectIndex();
  readonly #quarantines = new Map<string, Quarantine>();
  readonly #instances = new InstanceIndex();
  readonly #requests = new Map<string, RequestMemory>();
  readonly #ranges = new Map<string, AutomaticRange>();

  /** Whether the map of leases is in the order of their fences, which undoing a release disturbs. */
  #isOrdered = true;

  constructor(lastFence = 0, lastAudit = 0) {
    this.lastFence = lastFence;
    this.lastAudit = lastAudit;
  }

  get leaseCount(): number {
    return this.#leases.size;
  }
  lease(lockId: string): LeaseEntry | undefined {
    return this.#leases.get(lockId);
  }
  leases(): Iterable<LeaseEntry> {
    if (!this.#isOrdered) this.#order();
    return this.#leases.values();
  }
  heldLeases(): readonly LeaseEntry[] {
    return this.#entries(this.#held);
  }
  leaseOn(protocol: Protocol, port: number): LeaseEntry | undefined {
    return this.#entry(this.#index.on(protocol, port));
  }
  leasesOfKey(key: string): readonly LeaseEntry[] {
    return oldestFirst(this.#entries(this.#index.ofKey(key)));
  }
  leasesOfInstance(instanceId: string): readonly LeaseEntry[] {
    return this.#entries(this.#index.ofInstance(instanceId));
  }
  leaseCountOfInstance(instanceId: string): number {
    return this.#index.countOfInstance(instanceId);
  }
  leaseCountOfProject(projectPath: string): number {
    return this.#index.countOfProject(projectPath);
  }
  singletons(name: string): readonly LeaseEntry[] {
    return oldestFirst(this.#entries(this.#index.singletons(name)));
  }
  taken(protocol: Protocol): PortSet {
    return this.#index.taken(protocol);
  }
  keyMemory(key: string): KeyMemory | undefined {
    return this.#keys.get(key);
  }
  keyRemembering(protocol: Protocol, port: number): string | undefined {
    return this.#keys.remembering(protocol, port);
  }
  keys(): Iterable<readonly [string, KeyMemory]> {
    return this.#keys.entries();
  }
  get projects(): ProjectNames {
    return this.#projects;
  }
  quarantine(protocol: Protocol, port: number): Quarantine | undefined {
    return this.#quarantines.get(portId(protocol, port));
  }
  quarantines(): Iterable<readonly [string, Quarantine]> {
    return this.#quarantines;
  }
  instance(instanceId: string): InstanceEntry | undefined {
    return this.#instances.get(instanceId);
  }
  instances(): Iterable<InstanceEntry> {
    return this.#instances.values();
  }
  get watchedInstances(): ReadonlySet<string> {
    return this.#instances.watched;
  }
  request(requestId: string): RequestMemory | undefined {
    return this.#requests.get(requestId);
  }
  requests(): Iterable<readonly [string, RequestMemory]> {
    return this.#requests;
  }
  range(serviceType: string): AutomaticRange | undefined {
    return this.#ranges.get(serviceType);
  }
  ranges(): Iterable<AutomaticRange> {
    return this.#ranges.values();
  }

  /** Applies one change. Called by `evolve` alone. */
  apply(change: Change): void {
    switch (change.table) {
      case 'lease':
        this.#applyLease(change.id, change.before, change.after);
        break;
      case 'vitals':
        this.#applyVitals(change.id, change.after);
        break;
      case 'key':
        this.#applyKey(change.id, change.before, change.after);
        break;
      case 'instance':
        this.#applyInstance(change.id, change.after);
        break;
      case 'pulse':
        this.#instances.applyPulse(change.id, change.after);
        break;
      case 'quarantine':
        put(this.#quarantines, change.id, change.after);
        break;
      case 'request':
        put(this.#requests, change.id, change.after);
        break;
      case 'range':
        put(this.#ranges, change.id, change.after);
        break;
      case 'audit':
        this.lastAudit = change.after === null ? change.id - 1 : change.id;
        break;
      case 'floor':
        this.floor = change.after ?? 0;
        break;
      default:
        change satisfies never;
    }
  }

  #entry(lockId: string | null): LeaseEntry | undefined {
    return lockId === null ? undefined : this.#leases.get(lockId);
  }

  #entries(lockIds: Iterable<string>): LeaseEntry[] {
    const entries: LeaseEntry[] = [];
    for (const lockId of lockIds) {
      const entry = this.#leases.get(lockId);
      if (entry !== undefined) entries.push(entry);
    }
    return entries;
  }

  #applyLease(lockId: string, before: Lease | null, after: Lease | null): void {
    const vitals = this.#leases.get(lockId)?.vitals ?? NEW_VITALS;
    if (before !== null) this.#removed(before);
    if (after === null) {
      this.#leases.delete(lockId);
      this.#held.delete(lockId);
      return;
    }
    this.#index.add(after);
    if (!this.#leases.has(lockId) && after.fence <= this.lastFence && this.#leases.size > 0)
      this.#isOrdered = false;
    this.#leases.set(lockId, { lease: after, vitals });
    // Undoing a grant never lowers it: a fence that was handed out once is used up.
    if (after.fence > this.lastFence) this.lastFence = after.fence;
  }

  #order(): void {
    const entries = [...this.#leases.values()].sort((a, b) => a.lease.fence - b.lease.fence);
    this.#leases.clear();
    for (const entry of entries) this.#leases.set(entry.lease.lockId, entry);
    this.#isOrdered = true;
  }

  #removed(lease: Lease): void {
    this.#index.remove(lease);
    const key = leaseKey(lease);
    if (key !== null && !this.#keys.has(key)) this.#index.forgetKey(key);
    const { instanceId } = lease;
    if (instanceId !== null && !this.#instances.has(instanceId)) this.#index.forgetInstance(instanceId);
    this.#forgetProject(lease.projectPath);
  }

  #forgetProject(path: string | null): void {
    if (path !== null && !this.#projects.knows(path)) this.#index.forgetProject(path);
  }

  #applyVitals(lockId: string, after: Vitals | null): void {
    const entry = this.#leases.get(lockId);
    if (entry === undefined) return;
    const vitals = after ?? NEW_VITALS;
    this.#leases.set(lockId, { lease: entry.lease, vitals });
    if (vitals.holds > 0) this.#held.add(lockId);
    else if (entry.vitals.holds > 0) this.#held.delete(lockId);
  }

  #applyKey(key: string, before: KeyMemory | null, after: KeyMemory | null): void {
    if (before !== null) {
      if (before.projectPath !== null) this.#projects.remove(before.projectPath);
      this.#forgetProject(before.projectPath);
    }
    this.#keys.apply(key, before, after);
    if (after === null) this.#index.forgetKey(key);
    else if (after.projectPath !== null) this.#projects.add(after.projectPath);
  }

  #applyInstance(instanceId: string, instance: Instance | null): void {
    this.#instances.apply(instanceId, instance);
    if (instance === null) this.#index.forgetInstance(instanceId);
  }
}

/**
 * Applies `changes` to `state`, in place: copying indexes of 20,000 leases for each grant would cost more than the
 * grant, and every change can be undone by its inverse (ADR 3).
 */
export function evolve(state: State, changes: readonly Change[]): void {
  for (const change of changes) state.apply(change);
}

/** Takes back what `evolve` did with the same changes. */
export function devolve(state: State, changes: readonly Change[]): void {
  evolve(state, invert(changes));
}

function put<Id, Value>(map: Map<Id, Value>, id: Id, value: Value | null): void {
  if (value === null) map.delete(id);
  else map.set(id, value);
}
