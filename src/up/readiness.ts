// Owns the wait for a service that starts: until its own program listens on its port, or answers HTTP there.

import type { CheckAnswer, LeaseJson } from '../api/schemas.ts';
import { answersHttp } from '../client/answering.ts';
import { type Client, expectOk } from '../client/client.ts';
import type { ReadyCheck } from './service.ts';

const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 500;

/**
 * Looks again and again until the service on `lease` is ready.
 *
 * @param reach gives the daemon, which may be away for a while
 * @returns false when it was told to stop
 */
export async function awaitReadiness(
  check: Extract<ReadyCheck, { readonly kind: 'port' | 'http' }>,
  lease: LeaseJson,
  reach: () => Promise<Client>,
  stop: AbortSignal,
): Promise<boolean> {
  for (let pauseMs = FIRST_PAUSE_MS; !stop.aborted; pauseMs = Math.min(pauseMs * 1.5, MAX_PAUSE_MS)) {
    if (await isReady(check, lease, reach)) return !stop.aborted;
    await sleep(pauseMs, stop);
  }
  return false;
}

async function isReady(
  check: Extract<ReadyCheck, { readonly kind: 'port' | 'http' }>,
  lease: LeaseJson,
  reach: () => Promise<Client>,
): Promise<boolean> {
  if (!(await isServed(lease, reach))) return false;
  const url = lease.url ?? `http://localhost:${lease.port}`;
  return check.kind === 'port' || (await answersHttp(`${url}${check.path}`));
}

/** Whether somebody listens, and not a stranger. Without a daemon nobody can say whose a listener is. */
async function isServed({ port, protocol }: LeaseJson, reach: () => Promise<Client>): Promise<boolean> {
  try {
    const client = await reach();
    const path = `/check/${port}?protocol=${protocol}`;
    const { system_usage: usage, allocated_to: lease } = expectOk(
      await client.request<CheckAnswer>('GET', path),
    );
    return usage !== null && lease?.state !== 'hijacked';
  } catch {
    return false;
  }
}

/** Waits for so many milliseconds, or until it is told to stop. */
export function sleep(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) {
      resolve();
      return;
    }
    const end = (): void => {
      clearTimeout(timer);
      stop.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    stop.addEventListener('abort', end);
  });
}
