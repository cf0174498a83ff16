// Owns the bounds of the audit: old events go at housekeeping, and sooner where many came at once.

import type { Catalogue } from '../core/catalogue.ts';
import type { StateView } from '../core/state.ts';
import type { AuditStore } from '../store/audit-store.ts';
import { type Scheduler, turn } from './scheduler.ts';

/** Beyond its bound the audit grows by this share of it before it is trimmed out of turn. */
const SLACK = 0.1;

interface Kept {
  readonly audit: AuditStore;
  readonly state: StateView;
  readonly scheduler: Scheduler;
  catalogue(): Pick<Catalogue, 'auditMaxEvents' | 'auditRetentionMs'>;
  /** Coordinator time in ms. */
  now(): number;
  /** How many events are looked at before other work gets its turn. */
  readonly slice: number;
}

/**
 * @returns what trims the audit, where that is due or there is much to trim; it throws what the store does, and goes on
 *   where it was at the next time
 */
export function createAuditKeeping(kept: Kept): (isDue: boolean) => Promise<void> {
  const { audit, state, scheduler, slice } = kept;
  let trimmedAt = 0;
  return async (isDue) => {
    const { auditMaxEvents, auditRetentionMs } = kept.catalogue();
    const { lastAudit } = state;
    if (!isDue && lastAudit - trimmedAt <= auditMaxEvents * SLACK) return;
    // Before it is done: a disk that is full now is tried again when it is due, and not at every tick.
    trimmedAt = lastAudit;
    const cut = { upTo: lastAudit - auditMaxEvents, before: kept.now() - auditRetentionMs };
    for (let after: number | null = 0; ; ) {
      after = await audit.trim(after, cut, slice);
      if (after === null) return;
      await turn(scheduler);
    }
  };
}
