// Owns the simulated disk: what was committed outlives every daemon; what was not synced does not outlive a power cut.

import type { AuditEntry } from '../../src/core/audit.ts';
import type {
  AutomaticRange,
  DurableChange,
  KeyMemory,
  Quarantine,
  RequestMemory,
} from '../../src/core/change.ts';
import { invert } from '../../src/core/change.ts';
import type { Instance } from '../../src/core/instance.ts';
import type { Lease } from '../../src/core/lease.ts';
import { LOST_LEASES_NOTE } from '../../src/core/rebuild.ts';
import { StyxyError } from '../../src/errors.ts';
import type { AuditCut } from '../../src/store/audit-store.ts';
import { spanOf, trimPart } from '../../src/store/memory-audit.ts';
import type { SetAside, StoredState } from '../../src/store/store.ts';

/** How many commits at the end of the log a power cut may undo. */
const UNSYNCED_COMMITS = 5;

export class Disk {
  readonly leases = new Map<string, Lease>();
  readonly keys = new Map<string, KeyMemory>();
  readonly quarantines = new Map<string, Quarantine>();
  readonly instances = new Map<string, Instance>();
  readonly requests = new Map<string, RequestMemory>();
  readonly ranges = new Map<string, AutomaticRange>();
  readonly audit = new Map<number, AuditEntry>();
  readonly notes = new Map<string, string>();
  fenceCeiling = 0;
  /** The leases whose rows are gone, until a daemon has written again. */
  lost: ReadonlyMap<string, Lease> | null = null;
  elapsedMs = 0;
  /** What the next daemon is told that it cannot read. */
  setAside: SetAside[] = [];
  /** Whether the end of the audit was lost once: it is no witness of every lease any more. */
  wasCut = false;
  /** Whether a newer program wrote the file last, so that this one must not touch it. */
  isNewer = false;
  #unsynced: (readonly DurableChange[])[] = [];

  /** Applies all of `changes`, as their rows are when written as JSON. */
  apply(changes: readonly DurableChange[]): void {
    this.lost = null;
    const written = changes.map((change) => ({ ...change, after: asWritten(change.after) }) as DurableChange);
    for (const change of written) this.#put(change);
    this.#log(written);
    // A power cut that undoes a rebuild only has it done again, which the table's loss is enough to show.
    if (written.some(({ table, after }) => table === 'audit' && after?.event === 'repaired')) this.sync();
  }

  /** Trims the audit, in a commit of its own: a power cut that undoes what came before undoes it, too. */
  trimAudit(after: number, cut: AuditCut, limit: number): number | null {
    const former = new Map(this.audit);
    const seenTo = trimPart(this.audit, this.leases, after, cut, limit);
    const gone = [...former].filter(([seq]) => !this.audit.has(seq));
    if (gone.length > 0) this.#log(gone.map(([id, before]) => ({ table: 'audit', id, before, after: null })));
    return seenTo;
  }

  /** A full sync: no power cut undoes what came before. */
  sync(): void {
    this.#unsynced = [];
  }

  /** Loses the last `commits` commits that were not synced; returns what that undoes. */
  cutPower(commits: number): readonly DurableChange[] {
    const undone: DurableChange[] = [];
    for (let i = 0; i < commits; i++) {
      for (const change of invert(this.#unsynced.pop() ?? []) as DurableChange[]) {
        this.#put(change);
        undone.push(change);
      }
    }
    return undone;
  }

  /** Loses the rows of all leases; the audit tells of them. */
  loseLeases(): void {
    this.lost = new Map([...(this.lost ?? []), ...this.leases]);
    this.leases.clear();
    // What a power cut undid of it would be rows in a table that is not there.
    this.sync();
  }

  /** Everything, as a new daemon reads it. */
  load(): StoredState {
    if (this.isNewer) throw new StyxyError('STORE_NEWER', 'the simulated store is of a newer program');
    // Told once: from then on the rows lie where damaged ones are kept, and a note says that leases are among them.
    const { setAside } = this;
    this.setAside = [];
    if (setAside.some(({ table }) => table === 'lease')) this.notes.set(LOST_LEASES_NOTE, 'then');
    return {
      leases: [...this.leases.values()],
      keys: new Map(this.keys),
      quarantines: new Map(this.quarantines),
      instances: [...this.instances.values()],
      requests: new Map(this.requests),
      ranges: [...this.ranges.values()],
      fenceCeiling: this.fenceCeiling,
      elapsedMs: this.elapsedMs,
      lastAudit: spanOf(this.audit)?.last ?? 0,
      setAside,
    };
  }

  #log(changes: readonly DurableChange[]): void {
    this.#unsynced.push(changes);
    if (this.#unsynced.length > UNSYNCED_COMMITS) this.#unsynced.shift();
  }

  #put(change: DurableChange): void {
    switch (change.table) {
      case 'lease':
        put(this.leases, change.id, change.after);
        break;
      case 'key':
        put(this.keys, change.id, change.after);
        break;
      case 'quarantine':
        put(this.quarantines, change.id, change.after);
        break;
      case 'instance':
        put(this.instances, change.id, change.after);
        break;
      case 'request':
        put(this.requests, change.id, change.after);
        break;
      case 'range':
        put(this.ranges, change.id, change.after);
        break;
      case 'audit':
        put(this.audit, change.id, change.after);
        break;
      default:
        change satisfies never;
    }
  }
}

function put<Id, Value>(map: Map<Id, Value>, id: Id, value: Value | null): void {
  if (value === null) map.delete(id);
  else map.set(id, value);
}

/** What a row is after it was written and read: nobody can change it any more. */
function asWritten<T>(row: T): T {
  return Object.freeze(JSON.parse(JSON.stringify(row))) as T;
}
