// Owns the recovery at the start: steps that are bounded, tried again, and never keep the daemon from serving.

import { type Actor, NO_SUBJECT } from '../core/audit.ts';
import { numbered } from '../core/audit-facts.ts';
import type { DurableChange } from '../core/change.ts';
import type { Moment } from '../core/command.ts';
import { indexFaults } from '../core/index-check.ts';
import type { Lease } from '../core/lease.ts';
import { AuditFold, LOST_LEASES_NOTE, missingLeases, putBack } from '../core/rebuild.ts';
import type { StateView } from '../core/state.ts';
import { StyxyError } from '../errors.ts';
import type { Store, StoredState } from '../store/store.ts';
import type { StepName, StepReport } from './contract.ts';
import type { StartupPolicy } from './options.ts';
import type { Scheduler } from './scheduler.ts';
import type { Writer } from './writer.ts';

/** Longer than a slow listing of all listeners takes, and than anybody would wait for a port. */
const STEP_MS = 10_000;
/** How many faults of the indexes are told. */
const MAX_FAULTS = 5;

/** What the later steps do to a coordinator that has its state. Each may fail, and be done again. */
interface Serving {
  readonly state: StateView;
  /** Looks at all leases and ends those that are over; answers how many. */
  lookAndSweep(): Promise<number>;
  readonly submit: Writer['submit'];
}

export interface Recovery {
  /** What was done so far, in order. */
  readonly steps: readonly StepReport[];
  /**
   * Reads the store, as often as a step is tried.
   *
   * @throws what the store throws: nobody can be served by a daemon that does not know what it granted
   */
  read(store: Store): Promise<StoredState>;
  /** What was stored, made whole as far as that goes. It never fails. */
  load(store: Store, loaded: StoredState, moment: () => Moment, actor: Actor): Promise<Rebuilt>;
  /** The steps after that. They never fail either. */
  finish(serving: Serving): Promise<void>;
}

interface Rebuilt {
  readonly stored: StoredState;
  readonly rebuilt: number;
  /** What of that could not be written yet. It holds all the same: without it a leased port would be granted again. */
  readonly owed: readonly DurableChange[];
}

export function createRecovery(policy: StartupPolicy, scheduler: Scheduler): Recovery {
  const steps: StepReport[] = [];
  const note = (
    step: StepName,
    outcome: StepReport['outcome'],
    detail: string | null = null,
    attempts = 1,
  ): void => void steps.push({ step, outcome, detail, attempts });

  /** @param work resolves with what it mended, or null; it must be repeatable */
  async function run(step: StepName, isWanted: boolean, work: () => Promise<string | null>): Promise<void> {
    if (!isWanted) return note(step, 'skipped', null, 0);
    for (let attempt = 1; ; attempt++) {
      try {
        const mended = await work();
        return note(step, mended === null ? 'well' : 'mended', mended, attempt);
      } catch (error) {
        // What was too slow is hardly faster at once, and may still be under way.
        if (attempt < policy.attempts && !(error instanceof TooSlow)) continue;
        return note(step, 'failed', error instanceof Error ? error.message : String(error), attempt);
      }
    }
  }

  return {
    steps,
    async read(store) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await within(scheduler, (async () => store.load())());
        } catch (error) {
          if (error instanceof TooSlow)
            throw new StyxyError('STORE_UNAVAILABLE', `the store could not be read: ${error.message}`);
          if (attempt >= policy.attempts) throw error;
        }
      }
    },
    async load(store, loaded, moment, actor) {
      const setAside = setAsideText(loaded);
      note('store', setAside === null ? 'well' : 'mended', setAside);
      let result: Rebuilt = { stored: loaded, rebuilt: 0, owed: [] };
      await run('leases', policy.isMending, async () => {
        result = await rebuildLeases(store, loaded, scheduler, moment, actor);
        if (result.rebuilt === 0) return null;
        const isOwed = result.owed.length > 0;
        return `${rebuiltText(result.rebuilt)}${isOwed ? '; the store takes them with the next commit that it can make' : ''}`;
      });
      return result;
    },
    async finish({ state, lookAndSweep, submit }) {
      await run('holders', policy.isLooking, async () => {
        const ended = await within(scheduler, lookAndSweep());
        return ended === 0 ? null : `${counted(ended, 'lease')} ended whose holder was gone`;
      });
      await run('singletons', policy.isMending, async () => {
        const outcome = await within(scheduler, submit<'mark-singletons'>({ kind: 'mark-singletons' }));
        const marked = outcome.ok ? outcome.reply.marked : 0;
        return marked === 0 ? null : `${counted(marked, 'lease')} marked as the configuration has it`;
      });
      await run('indexes', policy.isMending, async () => {
        const faults = indexFaults(state, MAX_FAULTS);
        if (faults.length > 0) throw new Error(faults.join('; '));
        return null;
      });
    },
  };
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}

class TooSlow extends Error {}

/** What `work` resolves with. @throws TooSlow where that takes too long; the work itself goes on, and must do no harm */
function within<T>(scheduler: Scheduler, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = scheduler.after(STEP_MS, () =>
      reject(new TooSlow(`it took longer than ${STEP_MS / 1000} s`)),
    );
    work.then(resolve, reject).finally(cancel);
  });
}

/** What was set aside while the store was opened and read, in a sentence; null where nothing was. */
function setAsideText({ setAside }: StoredState): string | null {
  if (setAside.length === 0) return null;
  const tables = [...new Set(setAside.map(({ table }) => table))].join(', ');
  return `${counted(setAside.length, 'record')} set aside into backups: ${tables}`;
}

/**
 * What was stored, with the leases that only the audit still tells of: the table of leases, or part of it, is lost where
 * something of it was set aside, now or by a daemon that died over taking it back, or where it is empty although the audit tells of leases that live. They are in the store
 * again before anybody is served, with an event that says so, in one commit; where that fails, they are owed to the store.
 *
 * @param moment when that is, for the event
 * @throws what the store does; it has changed nothing then
 */
export async function rebuildLeases(
  store: Store,
  stored: StoredState,
  scheduler: Scheduler,
  moment: () => Moment,
  actor: Actor,
): Promise<Rebuilt> {
  const isDamaged =
    stored.setAside.some(({ table }) => table === 'lease' || table === 'store') ||
    ((await store.readNote(LOST_LEASES_NOTE)) ?? '') !== '';
  if (!isDamaged && (stored.leases.length > 0 || (await isRightlyEmpty(store, stored.lastAudit))))
    return { stored, rebuilt: 0, owed: [] };
  const told = await within(scheduler, leasesTold(store));
  const missing = missingLeases(stored.leases, told);
  if (missing.length === 0) {
    if (stored.leases.length === 0) await noteEmpty(store, stored.lastAudit);
    await noteBack(store);
    return { stored, rebuilt: 0, owed: [] };
  }
  const fact = {
    event: 'repaired',
    reason: rebuiltText(missing.length),
    subject: NO_SUBJECT,
    lease: null,
  } as const;
  const changes = [...putBack(missing), ...numbered([fact], moment(), actor, stored.lastAudit)];
  const owed = (await isCommitted(store, changes)) ? [] : changes;
  if (owed.length === 0) await noteBack(store);
  const leases = [...stored.leases, ...missing];
  return {
    stored: {
      ...stored,
      leases,
      lastAudit: stored.lastAudit + 1,
      fenceCeiling: leases.reduce((highest, { fence }) => Math.max(highest, fence), stored.fenceCeiling),
    },
    rebuilt: missing.length,
    owed,
  };
}

async function isCommitted(store: Store, changes: readonly DurableChange[]): Promise<boolean> {
  try {
    await store.commit(changes);
    return true;
  } catch {
    // A full disk, perhaps: a failed commit has changed nothing, and the next one that succeeds takes these along.
    return false;
  }
}

/** Notes that no lease is lost any more. Where that fails, the next start looks once more, and finds none to take back. */
async function noteBack(store: Store): Promise<void> {
  try {
    if (((await store.readNote(LOST_LEASES_NOTE)) ?? '') !== '') await store.writeNote(LOST_LEASES_NOTE, '');
  } catch {
    // A full disk, perhaps: what was taken back holds all the same.
  }
}

/** Under which name the store keeps the number of the last event after which there was no lease. */
const EMPTY_NOTE = 'no_leases_after';

/** Notes that there is no lease after this event, so that the next start need not read the audit to know it. */
export async function noteEmpty(store: Store, lastAudit: number): Promise<void> {
  if (lastAudit > 0 && !(await isRightlyEmpty(store, lastAudit)))
    await store.writeNote(EMPTY_NOTE, String(lastAudit));
}

async function isRightlyEmpty(store: Store, lastAudit: number): Promise<boolean> {
  return (await store.readNote(EMPTY_NOTE)) === String(lastAudit);
}

/** The leases that the audit leaves. */
async function leasesTold(store: Store): Promise<Lease[]> {
  const fold = new AuditFold();
  for (const entry of (await store.audit.standing()).entries) fold.take(entry);
  return fold.leases();
}

function rebuiltText(count: number): string {
  return `${counted(count, 'lease')} taken back from the audit`;
}
