// Owns the indexes over live leases: by port, key and instance, and of those that are singletons by name.

import { knownName, type Lease, type LeaseEntry, leaseKey, type Protocol } from './lease.ts';
import { PortSet } from './port-set.ts';

/** Several ids under one name; most names have one, so that one is kept bare. */
export type Ids = string | readonly string[];

/**
 * Finds the lock ids of live leases.
 *
 * A Map leaves a hole where an entry was deleted, and one name that comes and goes in a large Map walks over all of its
 * holes. What may come back is therefore not deleted but emptied, until `forgetKey`, `forgetInstance` and `forgetProject` drop it.
 */
export class LeaseIndex {
  readonly #byPort = { tcp: new Map<number, string | null>(), udp: new Map<number, string | null>() };
  readonly #taken = { tcp: new PortSet(), udp: new PortSet() };
  readonly #byKey = new Map<string, Ids | null>();
  readonly #byInstance = new Map<string, Set<string>>();
  /** How many leases each project has. */
  readonly #ofProject = new Map<string, number>();
  readonly #singletons = new Map<string, Ids>();

  on(protocol: Protocol, port: number): string | null {
    return this.#byPort[protocol].get(port) ?? null;
  }
  taken(protocol: Protocol): PortSet {
    return this.#taken[protocol];
  }
  ofKey(key: string): readonly string[] {
    return idsOf(this.#byKey.get(key));
  }
  ofInstance(instanceId: string): Iterable<string> {
    return this.#byInstance.get(instanceId) ?? [];
  }
  countOfInstance(instanceId: string): number {
    return this.#byInstance.get(instanceId)?.size ?? 0;
  }
  countOfProject(projectPath: string): number {
    return this.#ofProject.get(projectPath) ?? 0;
  }
  singletons(name: string): readonly string[] {
    return idsOf(this.#singletons.get(name));
  }

  add(lease: Lease): void {
    for (let port = lease.port; port < lease.port + lease.count; port++) {
      this.#byPort[lease.protocol].set(port, lease.lockId);
      this.#taken[lease.protocol].add(port);
    }
    const key = leaseKey(lease);
    if (key !== null) this.#byKey.set(key, withId(this.#byKey.get(key), lease.lockId));
    if (lease.instanceId !== null) {
      const ids = this.#byInstance.get(lease.instanceId) ?? new Set();
      this.#byInstance.set(lease.instanceId, ids.add(lease.lockId));
    }
    this.#countProject(lease, 1);
    if (lease.singleton) {
      const name = knownName(lease);
      this.#singletons.set(name, withId(this.#singletons.get(name), lease.lockId));
    }
  }

  remove(lease: Lease): void {
    for (let port = lease.port; port < lease.port + lease.count; port++) {
      this.#byPort[lease.protocol].set(port, null);
      this.#taken[lease.protocol].delete(port);
    }
    const key = leaseKey(lease);
    if (key !== null) this.#byKey.set(key, withoutId(this.#byKey.get(key), lease.lockId));
    if (lease.instanceId !== null) this.#byInstance.get(lease.instanceId)?.delete(lease.lockId);
    this.#countProject(lease, -1);
    if (!lease.singleton) return;
    const name = knownName(lease);
    const rest = withoutId(this.#singletons.get(name), lease.lockId);
    if (rest === null) this.#singletons.delete(name);
    else this.#singletons.set(name, rest);
  }

  /** Drops a key that is remembered no more, unless it has a lease. */
  forgetKey(key: string): void {
    if (this.#byKey.get(key) === null) this.#byKey.delete(key);
  }

  /** Drops an instance that is registered no more, unless it has a lease. */
  forgetInstance(instanceId: string): void {
    if (this.#byInstance.get(instanceId)?.size === 0) this.#byInstance.delete(instanceId);
  }

  /** Drops a project of which no key is remembered, unless it has a lease. */
  forgetProject(projectPath: string): void {
    if (this.#ofProject.get(projectPath) === 0) this.#ofProject.delete(projectPath);
  }

  #countProject({ projectPath }: Lease, more: number): void {
    if (projectPath !== null) this.#ofProject.set(projectPath, this.countOfProject(projectPath) + more);
  }
}

export function idsOf(ids: Ids | null | undefined): readonly string[] {
  if (ids === undefined || ids === null) return [];
  return typeof ids === 'string' ? [ids] : ids;
}

export function withId(ids: Ids | null | undefined, id: string): Ids {
  return ids === undefined || ids === null ? id : [...idsOf(ids), id];
}

export function withoutId(ids: Ids | null | undefined, id: string): Ids | null {
  const rest = idsOf(ids).filter((other) => other !== id);
  return rest.length === 0 ? null : rest.length === 1 ? (rest[0] ?? null) : rest;
}

/** Sorts in place. */
export function oldestFirst(entries: LeaseEntry[]): LeaseEntry[] {
  return entries.length < 2 ? entries : entries.sort((a, b) => a.lease.fence - b.lease.fence);
}
