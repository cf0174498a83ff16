// Owns the judgement of a run on its own port: taken by a stranger before the command listened, or not used at all.

import type { SystemUsage } from '../api/schemas.ts';
import type { HoldEvent } from '../api/schemas-renew.ts';

/** How long after its start a command may be started again: one that worked for longer does more than listen. */
const STARTING_MS = 60_000;
/** A command may open a port for a moment, or one of its helpers, before it opens its own. */
const DRIFT_PATIENCE_MS = 10_000;

export interface PortWatchOptions {
  /** Whether the command is one that listens, whatever its exit status says. */
  readonly isServer: boolean;
  /** Who listens on the port right now, as the system sees it; null where nobody does, or it cannot be known. */
  readonly usage: () => Promise<SystemUsage | null>;
  /** Ports that the command opens for something else than to serve, such as its debugger. */
  readonly helpers?: ReadonlySet<number>;
  /** Whether a process is of the command's tree. */
  readonly isMember: (pid: number) => Promise<boolean>;
  /** Called once: a stranger took the port while the command was starting. */
  readonly onLost: (stranger: SystemUsage) => void;
  /** Called for each other set of ports that the command listens on instead. */
  readonly onDrift: (ports: readonly number[], stranger: SystemUsage | null) => void;
  /** Called once: a stranger took the port, and it is too late to start the command again. */
  readonly onHijacked: (stranger: SystemUsage) => void;
  /** Monotonic time in ms. */
  readonly now?: () => number;
}

export interface PortWatch {
  /** Takes what the daemon says of the lease. */
  take(event: HoldEvent): void;
  /**
   * To be asked once the command has ended, with all its processes: who has its port, if that is why it ended.
   *
   * @param status the command's exit status; null where a signal ended it
   */
  strangerAtEnd(status: number | null): Promise<SystemUsage | null>;
  /** Whether a process of the command's was seen to listen on the port. */
  hasServed(): boolean;
  /** Judges nothing any more. */
  stop(): void;
}

/** Begins to watch; to be called when the command was started. */
export function watchPort(options: PortWatchOptions): PortWatch {
  const { now = () => performance.now() } = options;
  const startedAt = now();
  let isServed = false;
  let isDone = false;
  let hasSaidHijacked = false;
  let drift: readonly number[] = [];
  let patience: NodeJS.Timeout | undefined;

  const isStarting = (): boolean => !isServed && now() - startedAt < STARTING_MS;

  async function stranger(): Promise<SystemUsage | null> {
    const usage = await options.usage();
    if (usage === null || isOfContainer(usage)) return null;
    return usage.pid !== null && (await options.isMember(usage.pid)) ? null : usage;
  }

  async function judgeHijack(): Promise<void> {
    const found = await stranger();
    if (found === null || isDone) return;
    if (isStarting()) {
      isDone = true;
      options.onLost(found);
    } else if (!hasSaidHijacked) {
      hasSaidHijacked = true;
      options.onHijacked(found);
    }
  }

  async function judgeDrift(): Promise<void> {
    const ports = drift;
    const found = await stranger();
    if (!isDone && !isServed && ports === drift && ports.length > 0) options.onDrift(ports, found);
  }

  return {
    take({ event, state, drift: all = [], served = false }) {
      if (isDone || (event !== 'held' && event !== 'seen')) return;
      isServed ||= served;
      const seen = all.filter((port) => options.helpers?.has(port) !== true);
      if (state === 'hijacked') void judgeHijack().catch(() => {});
      if (seen.join() === drift.join()) return;
      drift = seen;
      clearTimeout(patience);
      if (seen.length > 0) patience = setTimeout(() => void judgeDrift().catch(() => {}), DRIFT_PATIENCE_MS);
    },
    async strangerAtEnd(status) {
      isDone = true;
      clearTimeout(patience);
      const isTelling = status !== null && (status !== 0 || options.isServer);
      if (!isTelling || !isStarting()) return null;
      const found = await stranger().catch(() => null);
      // Somebody who cannot be named may be a server that the command handed the port to.
      return found?.pid === null ? null : found;
    },
    hasServed: () => isServed,
    stop() {
      isDone = true;
      clearTimeout(patience);
    },
  };
}

/** What publishes a container's port is no process of the command's, whoever started the container. */
function isOfContainer({ container }: SystemUsage): boolean {
  return container !== null;
}
