// Owns `styxy list --watch`: the leases as they change, on a screen, or as one document for each change.

import type { LeaseJson } from '../../api/schemas.ts';
import { StyxyError } from '../../errors.ts';
import { type LiveView, openLiveView } from '../live-view.ts';
import { watchOutputEnd } from '../output-end.ts';
import { dim } from '../style.ts';
import { hasScreen } from '../terminal.ts';
import { isOutputClosed, print, say } from '../write.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const PAUSE_MS = 1_000;
/** Of the daemon's time a watch takes this part at most, however many leases there are. */
const SHARE = 1 / 20;
/** A term that is counted from two clocks is not always the same by the millisecond. */
const SAME_TERM_MS = 2_000;

export interface Watching {
  /** Asks for the leases of now; starts no daemon. */
  readonly fetch: () => Promise<readonly LeaseJson[]>;
  /** The lines of a document for people. */
  readonly linesOf: (leases: readonly LeaseJson[]) => readonly string[];
  /** The document for programs, on one line. */
  readonly jsonOf: (leases: readonly LeaseJson[]) => string;
  readonly isJson: boolean;
}

/**
 * Shows `first` and every change, until a signal comes or nobody reads any more.
 *
 * A daemon that goes away is waited for: whoever ended it may not want another one.
 *
 * @throws StyxyError a refusal of the daemon
 */
export async function watchLeases(first: readonly LeaseJson[], watching: Watching): Promise<void> {
  const view = !watching.isJson && hasScreen() ? openLiveView() : null;
  const signal = nextSignal();
  const end = watchOutputEnd();
  try {
    // The signal does not wait for a daemon that is silent.
    await Promise.race([
      signal.came,
      end.came,
      view === null ? printAll(first, watching) : drawAll(view, first, watching),
    ]);
  } finally {
    signal.stop();
    end.stop();
    view?.close();
  }
}

/** A document for the leases of now, and one for each change. */
async function printAll(
  first: readonly LeaseJson[],
  { fetch, isJson, jsonOf, linesOf }: Watching,
): Promise<void> {
  const text = (leases: readonly LeaseJson[]): string =>
    isJson ? jsonOf(leases) : linesOf(leases).join('\n');
  print(text(first));
  const next = politely(fetch);
  let last = first;
  let isLost = false;
  while (!isOutputClosed()) {
    const now = await next();
    if (now === null && !isLost) say(LOST);
    isLost = now === null;
    if (now === null || !hasChanged(last, now)) continue;
    // An empty line between two tables; between two documents of JSON there is none.
    print(isJson ? text(now) : `\n${text(now)}`);
    last = now;
  }
}

/** The leases of now on the screen, their ages too. */
async function drawAll(
  view: LiveView,
  first: readonly LeaseJson[],
  { fetch, linesOf }: Watching,
): Promise<void> {
  const next = politely(fetch);
  let last = first;
  let isLost = false;
  while (!isOutputClosed()) {
    view.draw([isLost ? LOST : dim('Leases, looked at every second; ctrl-C ends.'), '', ...linesOf(last)]);
    const now = await next();
    isLost = now === null;
    last = now ?? last;
  }
}

const LOST = 'No daemon answers; waiting for the next one.';

/** The leases of each next look, after a pause that is longer where they are many; null where no daemon answers. */
function politely(fetch: Watching['fetch']): () => Promise<readonly LeaseJson[] | null> {
  let tookMs = 0;
  return async () => {
    await new Promise((resolve) => setTimeout(resolve, Math.max(PAUSE_MS, tookMs / SHARE)));
    const begun = performance.now();
    try {
      return await fetch();
    } catch (error) {
      if (error instanceof StyxyError && error.code === 'DAEMON_UNREACHABLE') return null;
      throw error;
    } finally {
      tookMs = performance.now() - begun;
    }
  };
}

/** Whether anything but the run of a term is different. */
export function hasChanged(before: readonly LeaseJson[], after: readonly LeaseJson[]): boolean {
  if (before.length !== after.length) return true;
  return before.some((lease, index) => {
    const now = after[index];
    if (now === undefined) return true;
    const { expires_at: end, ...rest } = lease;
    const { expires_at: endNow, ...restNow } = now;
    return !isSameTerm(end, endNow) || JSON.stringify(rest) !== JSON.stringify(restNow);
  });
}

function isSameTerm(a: string | null, b: string | null): boolean {
  if (a === null || b === null) return a === b;
  return Math.abs(Date.parse(a) - Date.parse(b)) < SAME_TERM_MS;
}

/** The signal that ends the watch. */
function nextSignal(): { readonly came: Promise<void>; stop(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = (): void => resolve();
  for (const signal of SIGNALS) process.on(signal, end);
  return {
    came: promise,
    stop: () => {
      for (const signal of SIGNALS) process.off(signal, end);
    },
  };
}
