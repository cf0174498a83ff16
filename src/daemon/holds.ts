// Owns the holding connections: a line at the start, a sign of life now and then, and a last word when the daemon goes.

import type { ServerResponse } from 'node:http';
import type { HoldEvent } from '../api/schemas-renew.ts';
import type { Held } from '../coordinator/contract.ts';
import type { Vitals } from '../core/lease.ts';

/** An empty line this often lets a client behind a proxy or a tunnel see that the daemon is there. */
const SIGN_OF_LIFE_MS = 30_000;

const HEADERS = { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' };

export interface Holds {
  /**
   * Keeps an answer open as a holding connection.
   *
   * @param held its `close` is called once when the client's side is gone; not when the daemon ends the connection
   */
  open(response: ServerResponse, lockId: string, held: Held): void;
  /** Tells those who hold a lease what was seen of it. */
  tell(lockId: string, vitals: Vitals): void;
  /** Ends the connections that hold a lease which is gone, with a line that says so. */
  end(lockId: string): void;
  /** Ends every connection with a line that says the daemon goes; the leases stay held for whoever reconnects. */
  stop(): void;
}

export function createHolds(): Holds {
  const open = new Map<ServerResponse, string>();
  /** The same connections by lease: a lease ends more often than it is held. */
  const byLease = new Map<string, Set<ServerResponse>>();
  let isStopped = false;
  let signs: NodeJS.Timeout | null = null;

  const forget = (response: ServerResponse): boolean => {
    const lockId = open.get(response);
    const wasOpen = open.delete(response);
    if (lockId !== undefined) {
      const others = byLease.get(lockId);
      others?.delete(response);
      if (others?.size === 0) byLease.delete(lockId);
    }
    if (open.size === 0 && signs !== null) {
      clearInterval(signs);
      signs = null;
    }
    return wasOpen;
  };
  return {
    open: (response, lockId, { vitals, close }) => {
      if (response.destroyed) {
        close();
        return;
      }
      if (isStopped) {
        response.writeHead(200, HEADERS);
        response.end(line(goodbye(lockId)));
        return;
      }
      open.set(response, lockId);
      byLease.set(lockId, (byLease.get(lockId) ?? new Set()).add(response));
      response.once('close', () => {
        if (forget(response)) close();
      });
      response.writeHead(200, HEADERS);
      response.write(
        line({
          event: 'held',
          lock_id: lockId,
          ...seenOf(vitals),
          holders: vitals.holds + (vitals.process === 'alive' ? 1 : 0),
          message: 'The lease is held while this is open',
        }),
      );
      signs ??= setInterval(() => {
        for (const each of open.keys()) each.write('\n');
      }, SIGN_OF_LIFE_MS).unref();
    },
    tell: (lockId, vitals) => {
      for (const response of byLease.get(lockId) ?? [])
        response.write(
          line({ event: 'seen', lock_id: lockId, ...seenOf(vitals), message: sentence(vitals) }),
        );
    },
    end: (lockId) => {
      for (const response of byLease.get(lockId) ?? []) {
        forget(response);
        response.end(line({ event: 'ended', lock_id: lockId, message: 'The lease was released or ended' }));
      }
    },
    stop: () => {
      isStopped = true;
      for (const [response, lockId] of open) {
        forget(response);
        response.end(line(goodbye(lockId)));
      }
    },
  };
}

function seenOf({ state, drift, server }: Vitals): Pick<HoldEvent, 'state' | 'drift' | 'served'> {
  return { state, drift: [...drift], served: server !== null };
}

function sentence({ state, drift }: Vitals): string {
  return drift.length === 0
    ? `The lease is ${state}`
    : `The lease is ${state}; its program listens on ${drift.join(', ')}`;
}

function goodbye(lockId: string): HoldEvent {
  return { event: 'daemon-stopping', lock_id: lockId, message: 'The daemon stops; reconnect to the next' };
}

function line(event: HoldEvent): string {
  return `${JSON.stringify(event)}\n`;
}
