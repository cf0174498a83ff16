// Owns the naive model of the core: plain arrays and the sentences of the contract, as slow and as obvious as can be.

import type { Catalogue, ServiceType } from '../../src/core/catalogue.ts';
import type { AllocateRequest, ListenerSight } from '../../src/core/command.ts';
import type { LeaseState, ProcessLife, Protocol } from '../../src/core/lease.ts';

export interface ModelLease {
  /** The model's own number of the lease; the core's fences may have gaps. */
  readonly serial: number;
  lockId: string;
  fence: number;
  readonly protocol: Protocol;
  readonly port: number;
  readonly count: number;
  readonly type: string;
  readonly name: string | null;
  readonly project: string | null;
  instance: string | null;
  pid: number | null;
  /** Whether it is known which process `pid` is. */
  isIdentified: boolean;
  ttlMs: number;
  state: LeaseState;
  life: ProcessLife | 'none';
  holds: number;
  renewedAt: number;
  askedAt: number;
  missed: number;
  missedAt: number;
  orphan: boolean;
  /** The table of listeners could not be read. */
  isUnseen: boolean;
}

interface ModelInstance {
  readonly id: string;
  template: string;
  heardAt: number;
  ttlMs: number;
  life: ProcessLife | 'none';
}

interface Rest {
  readonly protocol: Protocol;
  readonly port: number;
  until: number;
  restMs: number;
  key: string | null;
}

export class Model {
  now = 1000;
  floor = 0;
  serial = 0;
  lastFence = 0;
  leases: ModelLease[] = [];
  instances: ModelInstance[] = [];
  rests: Rest[] = [];
  /** The port each key had last, the latest last. */
  former: { key: string; protocol: Protocol; port: number; count: number; project: string | null }[] = [];
  answers: { id: string; body: string; at: number; answer: unknown }[] = [];
  strangers = new Set<string>();
  deleted = new Set<string>();
  readonly catalogue: Catalogue;

  constructor(catalogue: Catalogue) {
    this.catalogue = catalogue;
  }

  type(name: string): ServiceType | undefined {
    return this.catalogue.serviceTypes.get(name);
  }

  leaseAt(protocol: Protocol, port: number): ModelLease | undefined {
    return this.leases.find((l) => l.protocol === protocol && port >= l.port && port < l.port + l.count);
  }

  hear(instance: string | null): void {
    const known = this.instances.find(({ id }) => id === instance);
    if (known !== undefined) known.heardAt = this.now;
  }

  /** "An unknown instance_id is registered by its first allocation"; one whose process died is unknown again. */
  meet(instance: string | null, isLinked: boolean): void {
    if (instance === null) return;
    this.instances = this.instances.filter(({ id, life }) => id !== instance || life !== 'dead');
    if (this.instances.some(({ id }) => id === instance)) this.hear(instance);
    else {
      this.instances.push({
        id: instance,
        template: isLinked ? 'features' : 'main',
        heardAt: this.now,
        ttlMs: this.catalogue.instanceTtlMs,
        life: 'none',
      });
    }
  }

  isInstanceOver(id: string | null): boolean {
    const instance = this.instances.find((one) => one.id === id);
    if (instance === undefined || instance.life === 'alive') return false;
    return (
      instance.life === 'dead' || this.now - Math.max(instance.heardAt, this.floor) >= 3 * instance.ttlMs
    );
  }

  hasLiveHolder(lease: ModelLease): boolean {
    if (lease.holds > 0 || lease.life === 'alive' || lease.life === 'unknown') return true;
    return this.instances.some(({ id }) => id === lease.instance) && !this.isInstanceOver(lease.instance);
  }

  /** Whether the term renews itself: "while a held connection or a live pid is there, or its own listener". */
  isKept(lease: ModelLease): boolean {
    return lease.state === 'active' || lease.holds > 0 || lease.life === 'alive';
  }

  /** Whether a lease is over by itself: "Life". */
  isOver(lease: ModelLease): boolean {
    if (this.isKept(lease)) return false;
    const isLeft = lease.life === 'dead' || lease.orphan || this.isInstanceOver(lease.instance);
    const isMissed = this.missesOf(lease) >= 3 && !this.hasLiveHolder(lease);
    // "Unknown is not dead": where nobody can say who listens, the term decides.
    if (!lease.isUnseen && (isLeft || isMissed)) return true;
    return this.now >= Math.max(lease.renewedAt, this.floor) + lease.ttlMs;
  }

  /** Misses "in a row": none goes on over a sleep or a stop. */
  missesOf(lease: ModelLease): number {
    return lease.missedAt < this.floor ? 0 : lease.missed;
  }

  /** Takes a lease away; after a forced end its ports rest. */
  end(lease: ModelLease, isForced: boolean): void {
    this.leases = this.leases.filter((other) => other !== lease);
    if (!isForced) return;
    const { quarantineMs, quarantineMaxMs } = this.catalogue;
    for (let port = lease.port; port < lease.port + lease.count; port++) {
      const old = this.restOf(lease.protocol, port);
      const repeats = old !== undefined && old.restMs >= quarantineMs;
      const restMs = repeats ? Math.min(2 * old.restMs, quarantineMaxMs) : quarantineMs;
      this.setRest({ protocol: lease.protocol, port, until: this.now + restMs, restMs, key: keyOf(lease) });
    }
  }

  restOf(protocol: Protocol, port: number): Rest | undefined {
    return this.rests.find((rest) => rest.protocol === protocol && rest.port === port);
  }

  setRest(rest: Rest): void {
    this.rests = this.rests.filter((old) => old.protocol !== rest.protocol || old.port !== rest.port);
    this.rests.push(rest);
  }

  sweep(): string[] {
    const over = this.leases.filter((lease) => this.isOver(lease));
    this.rests = this.rests.filter((rest) => this.now < rest.until + this.catalogue.quarantineMaxMs);
    this.answers = this.answers.filter(({ at }) => this.now - at < this.catalogue.requestRetentionMs);
    for (const lease of over) this.end(lease, true);
    return over.map(({ lockId }) => lockId);
  }

  observe(lease: ModelLease, sight: ListenerSight | undefined, life: ProcessLife | undefined): void {
    const wasKept = this.isKept(lease);
    if (life !== undefined) lease.life = life;
    if (sight !== undefined) lease.isUnseen = sight === 'unknown';
    if (sight === 'unknown') lease.missed = 0;
    if (sight === 'own') {
      lease.state = 'active';
      lease.missed = 0;
    } else if (sight === 'stranger') {
      lease.state = 'hijacked';
      lease.missed = 0;
    } else if (sight === 'none' && lease.state === 'hijacked') {
      lease.state = 'reserved';
      lease.missed = 0;
    } else if (sight === 'none' && lease.state !== 'reserved') {
      if (lease.state === 'active' || this.now - lease.missedAt >= this.catalogue.missIntervalMs) {
        lease.missed = this.missesOf(lease) + 1;
        lease.missedAt = this.now;
      }
      lease.state = 'idle';
    }
    if (lease.holds > 0 || lease.life === 'alive') lease.orphan = false;
    else if (lease.life === 'dead' && lease.state === 'active') lease.orphan = true;
    // A connection is the holder now, instead of a dead process.
    if (lease.life === 'dead' && lease.holds > 0) {
      Object.assign(lease, { life: 'none', pid: null, isIdentified: false });
    }
    if (wasKept && !this.isKept(lease)) lease.renewedAt = this.now;
  }
}

/** The key of a lease or request: "(project_path or, without one, instance_id) + service_type + service_name + protocol". */
export function keyOf(of: {
  readonly project: string | null;
  readonly instance: string | null;
  readonly type: string;
  readonly name: string | null;
  readonly protocol: Protocol;
}): string | null {
  const owner = of.project ?? (of.instance === null ? null : `@${of.instance}`);
  return owner === null ? null : [owner, of.type, of.name ?? '', of.protocol].join('\0');
}

export function keyOfRequest(request: AllocateRequest): string | null {
  const { projectPath, instanceId, serviceType, serviceName, protocol } = request;
  return keyOf({
    project: projectPath,
    instance: instanceId,
    type: serviceType,
    name: serviceName,
    protocol,
  });
}
