// Owns waiting: for something to become true, but no longer than it should take, nor after an interruption.

import { setTimeout as sleep } from 'node:timers/promises';
import { StyxyError } from '../errors.ts';

const PAUSE_MS = 20;

/**
 * Asks again and again until `probe` finds what is waited for.
 *
 * @param what completes the sentence "waited in vain for …"
 * @param probe answers null while it is not there
 * @param timeoutMs how long it may take
 * @throws StyxyError INTERNAL when it takes longer; the signal's reason when it is aborted
 */
export async function waitFor<T>(
  what: string,
  probe: () => T | null | Promise<T | null>,
  signal: AbortSignal | null,
  timeoutMs: number,
): Promise<T> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    const found = await probe();
    if (found !== null) return found;
    if (performance.now() >= until) {
      throw failed(`Waited ${timeoutMs / 1000} s in vain for ${what}`);
    }
    await sleep(PAUSE_MS);
  }
}

/** The error for a claim of the demo that turned out to be false. */
export function failed(detail: string): StyxyError {
  return new StyxyError('INTERNAL', detail, { hint: 'Please report it, with the output above.' });
}
