// Owns the judging of the daemon's own audit: every change is told in its commit, numbers have no gap, and the leases follow from it.

import { isDeepStrictEqual } from 'node:util';
import type { DurableChange } from '../../src/core/change.ts';
import { fold, untold } from '../property/audit-fold.ts';
import type { World } from './world.ts';

export class LogAudit {
  /** The number of the last event on the disk. */
  #last = 0;
  /** Leases of which events are lost. */
  readonly #untold = new Set<string>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** Judges changes that are about to be on the disk. */
  commits(changes: readonly DurableChange[]): void {
    const isRebuild = changes.some(({ table, after }) => table === 'audit' && after?.event === 'repaired');
    const missing = isRebuild ? null : untold(changes);
    if (missing !== null) this.#world.violation(18, `the audit has a gap: ${missing}`);
    for (const { table, id } of changes) {
      if (table !== 'audit') continue;
      if (id !== this.#last + 1) this.#world.violation(18, `event ${id} came after ${this.#last}`);
      this.#last = id;
    }
  }

  /** A power cut undid these, the last ones first. */
  undone(changes: readonly DurableChange[]): void {
    // What a trim took comes back, and was no last one.
    for (const { table, id, after } of changes) if (table === 'audit' && after === null) this.#last = id - 1;
  }

  /** The file was cut: what it still tells of these leases may be all or half of the truth. */
  cut(lockIds: Iterable<string>): void {
    this.#last = Math.max(0, ...this.#world.disk.audit.keys());
    for (const lockId of lockIds) this.#untold.add(lockId);
  }

  /** The events that are kept tell exactly the leases that there are. */
  judge(): void {
    const { disk } = this.#world;
    if (disk.lost !== null) return;
    const told = fold([...disk.audit.values()].sort((a, b) => a.seq - b.seq));
    for (const id of new Set([...told.keys(), ...disk.leases.keys()])) {
      const [row, event] = [disk.leases.get(id), told.get(id)];
      if (this.#untold.has(id) || isDeepStrictEqual(row, event)) continue;
      const wrong = row === undefined ? 'tells a lease that ended' : 'does not tell the lease';
      this.#world.violation(15, `the audit ${wrong} ${id} as it is`);
    }
  }
}
