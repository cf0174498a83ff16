// Owns the audit of rests: a port rests after a forced end, longer when that repeats, and not at all after a clean release.

import { type DurableChange, portId } from '../../src/core/change.ts';
import { type Lease, leaseKey } from '../../src/core/lease.ts';
import { blockPorts } from '../../src/core/port-range.ts';
import type { LeaseRecord } from './ledger.ts';
import { CATALOGUE } from './weather.ts';
import type { World } from './world.ts';

interface Rest {
  readonly key: string | null;
  readonly restMs: number;
  /** In virtual ms at the earliest; coordinator time lags behind after a crash, so that it may rest for longer. */
  readonly until: number;
}

/** An end that is being committed. */
export interface Ending {
  readonly record: LeaseRecord;
  /** `clean`: somebody asked for it, and there was no other reason. `unsure`: it may have been either. */
  readonly kind: 'clean' | 'forced' | 'unsure';
}

export class RestAudit {
  /** The last rest of each port after a forced end. */
  readonly #rests = new Map<string, Rest>();
  /** By lock id: the port that rested for its key when it was granted. */
  readonly #boundAtGrant = new Map<string, number>();
  #hasForgotten = false;
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** A power cut may have undone any of them. */
  forget(): void {
    this.#rests.clear();
    this.#hasForgotten = true;
  }

  /** @param decidedAt no end of these was decided before this moment (virtual ms): a sleep may have come between */
  commits(changes: readonly DurableChange[], endings: readonly Ending[], decidedAt: number): void {
    for (const [at, change] of changes.entries()) {
      if (change.table === 'lease' && change.before === null && change.after !== null)
        this.#grants(change.after, changes, at, endings);
    }
    for (const { record, kind } of endings) {
      const { lease, key } = record;
      for (let port = lease.port; port < lease.port + lease.count; port++) {
        const id = portId(lease.protocol, port);
        const restMs = restAfter(changes, record, id);
        if (kind === 'clean' && restMs !== undefined && !this.#rests.has(id))
          this.#world.violation('rest', `${id} rests after a clean release of ${lease.lockId}`);
        if (kind === 'forced') this.#judge(id, lease.lockId, restMs);
        if (restMs !== undefined && kind !== 'clean')
          this.#rests.set(id, { key, restMs, until: decidedAt + restMs });
      }
    }
  }

  /** The port of a lease that rested at its grant for everybody but another key, or null. */
  boundAtGrant(lockId: string): number | null {
    return this.#boundAtGrant.get(lockId) ?? null;
  }

  /** @param at the place of the grant among the changes: what stands before it was decided before it */
  #grants(lease: Lease, changes: readonly DurableChange[], at: number, endings: readonly Ending[]): void {
    const key = leaseKey(lease);
    for (const port of blockPorts(lease.port, lease.count)) {
      const id = portId(lease.protocol, port);
      const ended = endings.findLast(
        ({ record, kind }) =>
          portIdsOf(record).includes(id) &&
          endOf(changes.slice(0, at), record) !== -1 &&
          (kind === 'forced' || restAfter(changes, record, id) !== undefined),
      );
      const rest = this.#rests.get(id);
      // A forced end begins a new rest in place of an old one, and that one is for another key.
      const isBound =
        ended === undefined
          ? rest !== undefined && this.#world.timeline.now < rest.until && isOthers(rest, key)
          : ended.kind === 'forced' && isOthers(ended.record, key);
      if (isBound) this.#boundAtGrant.set(lease.lockId, port);
    }
  }

  #judge(id: string, lockId: string, restMs: number | undefined): void {
    const last = this.#rests.get(id);
    const { quarantineMs, quarantineMaxMs } = CATALOGUE;
    const isRepeated = last !== undefined && this.#world.timeline.now < last.until + quarantineMaxMs;
    const leastMs = isRepeated ? Math.min(last.restMs * 2, quarantineMaxMs) : quarantineMs;
    const mostMs = last === undefined && !this.#hasForgotten ? quarantineMs : quarantineMaxMs;
    if (restMs === undefined || restMs < leastMs || restMs > mostMs)
      this.#world.violation(
        'rest',
        `${id} rests for ${restMs} ms, not ${leastMs}, after ${lockId} was ended`,
      );
  }
}

/** The rest (ms) of a port that begins with the end of this lease, before the port is anybody else's; undefined: none. */
function restAfter(changes: readonly DurableChange[], record: LeaseRecord, id: string): number | undefined {
  for (const change of changes.slice(endOf(changes, record) + 1)) {
    if (change.table === 'lease' && change.after !== null && leasePortIds(change.after).includes(id)) break;
    if (change.table !== 'quarantine' || change.id !== id || change.after === null) continue;
    if (change.after.restMs >= CATALOGUE.quarantineMs) return change.after.restMs;
  }
  return undefined;
}

/** The place among the changes at which this lease ends; -1: it does not end among them. */
function endOf(changes: readonly DurableChange[], { lease }: LeaseRecord): number {
  return changes.findIndex(
    (change) => change.table === 'lease' && change.id === lease.lockId && change.after === null,
  );
}

function isOthers(held: { readonly key: string | null }, key: string | null): boolean {
  return held.key === null || held.key !== key;
}

function portIdsOf({ lease }: LeaseRecord): string[] {
  return leasePortIds(lease);
}

function leasePortIds({ protocol, port, count }: Lease): string[] {
  return blockPorts(port, count).map((each) => portId(protocol, each));
}
