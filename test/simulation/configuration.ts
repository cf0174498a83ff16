// Owns the configuration of a simulated world: what its file says, who changed it when, and the catalogues that follow.

import type { Catalogue, ServiceType } from '../../src/core/catalogue.ts';
import type { Lease } from '../../src/core/lease.ts';
import { overlaps, type PortRange } from '../../src/core/port-range.ts';
import type { Quotas } from '../../src/core/quota.ts';
import { AUTOMATIC, CATALOGUE, TYPES } from './weather.ts';

export class Configuration {
  /** Whether unknown types get ranges of their own. */
  isAutomatic = true;
  /** When anybody changed it last, in virtual ms. */
  changedAt = 0;
  /** When a user did, and not a daemon that wrote down what it had decided. */
  editedAt = 0;
  #quotas: Quotas = CATALOGUE;
  readonly #types = new Map<string, ServiceType>(TYPES.map((type) => [type.name, type]));
  readonly #behaviors = new Map<string, ServiceType['instanceBehavior']>();
  readonly #history: { readonly at: number; readonly catalogue: Catalogue }[];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
    this.#history = [{ at: Number.NEGATIVE_INFINITY, catalogue: this.#build() }];
  }

  get catalogue(): Catalogue {
    return this.#history.at(-1)?.catalogue ?? CATALOGUE;
  }

  /** Every catalogue that counted at any time from then (virtual ms) until now. */
  since(at: number): Catalogue[] {
    const last = this.#history.findLastIndex((entry) => entry.at < at);
    return this.#history.slice(Math.max(0, last)).map(({ catalogue }) => catalogue);
  }

  /** The ranges that a type was configured with at any time since then (virtual ms). */
  rangesSince(name: string, at: number): PortRange[] {
    return this.since(at).flatMap(({ serviceTypes }) => serviceTypes.get(name)?.range ?? []);
  }

  /** Whether one service was a singleton, and the other that very one, at any time since then (virtual ms). */
  wasOneSince(service: Service, other: Service, at: number): boolean {
    return this.since(at).some((catalogue) => isOne(catalogue, service, other));
  }

  /** The same for all of that time. */
  isOneSince(service: Service, other: Service, at: number): boolean {
    return this.since(at).every((catalogue) => isOne(catalogue, service, other));
  }

  /** A user writes a type, or another form of one. What would overlap another range is refused, as `config validate` does. */
  edit(type: ServiceType): boolean {
    const others = [...this.#types.values()].filter(({ name }) => name !== type.name);
    if (others.some(({ range }) => overlaps(range, type.range))) return false;
    this.#types.set(type.name, type);
    this.#changed(true);
    return true;
  }

  /** A user says of a service name, of whatever type, how many of it there are; null: as many as its type says. */
  setBehavior(name: string, behavior: ServiceType['instanceBehavior'] | null): void {
    if (behavior === null) this.#behaviors.delete(name);
    else this.#behaviors.set(name, behavior);
    this.#changed(true);
  }

  /** A user removes a type. */
  remove(name: string): void {
    if (this.#types.delete(name)) this.#changed(true);
  }

  /** Unknown types get ranges from now on, or are refused. */
  setAutomatic(isAutomatic: boolean): void {
    this.isAutomatic = isAutomatic;
    this.#changed(true);
  }

  /** A user says how many leases one project and one instance may hold. */
  setQuotas({ maxLeasesPerProject, maxLeasesPerInstance }: Quotas): void {
    this.#quotas = { maxLeasesPerProject, maxLeasesPerInstance };
    this.#changed(true);
  }

  /**
   * A daemon writes down the range that it made or moved, or that is gone (null). What is there and is not its `former`
   * one is its user's, and stays; nothing is written that would overlap.
   *
   * @returns whether the file is as it should be now
   */
  follow(name: string, range: PortRange | null, former: PortRange | null): boolean {
    const there = this.#types.get(name);
    if (there !== undefined && !(there.range.start === former?.start && there.range.end === former.end))
      return true;
    const others = [...this.#types.values()].filter((other) => other.name !== name);
    if (range !== null && others.some((other) => overlaps(other.range, range))) return false;
    if (range === null) this.#types.delete(name);
    else {
      const { start, end } = range;
      const known = there ?? {
        name,
        preferredPorts: [],
        instanceBehavior: 'multi' as const,
        description: '',
      };
      this.#types.set(name, { ...known, range: { start, end } });
    }
    this.#changed(false);
    return true;
  }

  #changed(isEdit: boolean): void {
    this.changedAt = this.#now();
    if (isEdit) this.editedAt = this.changedAt;
    this.#history.push({ at: this.changedAt, catalogue: this.#build() });
  }

  #build(): Catalogue {
    return {
      ...CATALOGUE,
      maxLeasesPerProject: this.#quotas.maxLeasesPerProject,
      maxLeasesPerInstance: this.#quotas.maxLeasesPerInstance,
      serviceTypes: new Map(this.#types),
      behaviorOfName: new Map(this.#behaviors),
      autoAllocation: this.isAutomatic ? AUTOMATIC : null,
    };
  }
}

/** What a lease or a request is for. */
type Service = Pick<Lease, 'serviceType' | 'serviceName'>;

/** Whether there is one of `service` on the machine, and `other` is it (contract, "Singletons"). */
function isOne({ serviceTypes, behaviorOfName }: Catalogue, service: Service, other: Service): boolean {
  const name = service.serviceName ?? service.serviceType;
  if (name !== (other.serviceName ?? other.serviceType)) return false;
  const ofName = behaviorOfName.get(name);
  if (ofName !== undefined) return ofName === 'single';
  const isSingle = serviceTypes.get(service.serviceType)?.instanceBehavior === 'single';
  return isSingle && service.serviceType === other.serviceType;
}
