// Owns the clean-up by hand of all leases: looked at and decided a few at a time, with turns for everybody else between.

import type { CleanupCommand } from '../core/command.ts';
import type { CleanupReply, EndedLease, KeptLease } from '../core/reply.ts';
import type { Outcome } from './contract.ts';
import { type Subjects, slices } from './observation.ts';

/** What a clean-up does to the coordinator. */
export interface Cleaned {
  /** Every lease that there is when it begins; whoever comes later is not judged. */
  readonly lockIds: readonly string[];
  readonly instanceIds: readonly string[];
  look(subjects: Subjects, maxAgeMs: number): Promise<unknown>;
  decide(command: CleanupCommand): Promise<Outcome<CleanupReply>>;
  /** Lets others have their turn. */
  rest(): Promise<void>;
}

/**
 * Cleans up slice by slice. Each slice is looked at right before it is decided, and committed by itself: a lease goes or
 * stays by what is known of it alone. A commit that fails leaves those ended that were ended before it.
 *
 * @param slice how many leases are decided in one turn
 * @param sharedTableMs how old the table of listeners may be that one slice shares with the one before it
 */
export async function cleanUp(
  command: CleanupCommand,
  { lockIds, instanceIds, look, decide, rest }: Cleaned,
  { slice, sharedTableMs }: { readonly slice: number; readonly sharedTableMs: number },
): Promise<Outcome<CleanupReply>> {
  const cleaned: EndedLease[] = [];
  const kept: KeptLease[] = [];
  // Who asks relies on what is seen now, and on nothing from before.
  await look({ lockIds: [], instanceIds }, 0);
  let maxAgeMs = 0;
  for (const ids of lockIds.length === 0 ? [[]] : slices(lockIds, slice)) {
    await look({ lockIds: ids, instanceIds: [] }, maxAgeMs);
    const outcome = await decide({ ...command, lockIds: ids });
    if (!outcome.ok) return outcome;
    cleaned.push(...outcome.reply.cleaned);
    kept.push(...outcome.reply.kept);
    // With force a lease ends by its listener alone, which may have come since the last reading.
    if (!command.force) maxAgeMs = sharedTableMs;
    await rest();
  }
  return { ok: true, reply: { cleaned, kept } };
}
