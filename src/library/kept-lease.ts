// Owns one lease of the library: renewed in the background, held when asked for, and released once.

import type { AllocateAnswer } from '../api/schemas.ts';
import type { RenewAnswer } from '../api/schemas-renew.ts';
import { type Client, expectOk } from '../client/client.ts';
import { StyxyError } from '../errors.ts';
import { keepLease } from '../run/keeping.ts';
import type { PortHold, PortLease } from './public.ts';

/** Reaches the daemon; in the background none is started, for nobody is there who wants it now. */
export type Reach = (mayStart?: boolean) => Promise<Client>;

export interface KeptLease {
  readonly lease: PortLease;
  /** Ends renewals and holds, and leaves the lease as it is. */
  letGo(): void;
}

export interface KeepOptions {
  readonly reach: Reach;
  readonly lease: AllocateAnswer;
  readonly isOwn: boolean;
  readonly ttlSeconds: number | undefined;
  /** Called once when it is not kept any more, whatever the reason. */
  readonly onEnd: () => void;
}

/** A third of the term, so that two renewals may fail. */
const RENEWALS_IN_A_TERM = 3;
/** Also where the term is longer, in ms: whoever lost the lease wants to know. */
const MAX_PAUSE_MS = 60_000;

export function keepPort({ reach, lease, isOwn, ttlSeconds, onEnd }: KeepOptions): KeptLease {
  const path = `/allocate/${encodeURIComponent(lease.lock_id)}`;
  const losing = new AbortController();
  const holds = new Set<PortHold>();
  let isKept = true;
  let isReleased = false;

  const ask = async <T>(method: string, rest: string, body?: unknown, mayStart = true): Promise<T> => {
    const client = await reach(mayStart);
    try {
      return expectOk(await client.request<T>(method, `${path}${rest}`, body));
    } finally {
      client.close();
    }
  };
  const letGo = (): void => {
    if (!isKept) return;
    isKept = false;
    clearInterval(timer);
    for (const hold of [...holds]) hold.close();
    onEnd();
  };
  const lose = (why: StyxyError): void => {
    letGo();
    losing.abort(why);
  };
  const renew = async (seconds: number | undefined, mayStart: boolean): Promise<void> => {
    const body = { fence: lease.fence, ...(seconds === undefined ? {} : { ttl_seconds: seconds }) };
    try {
      await ask<RenewAnswer>('PUT', '/heartbeat', body, mayStart);
      if (seconds !== undefined && isKept) keepAwake(seconds);
    } catch (error) {
      if (isOver(error)) lose(error);
      throw error;
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const keepAwake = (termSeconds: number): void => {
    clearInterval(timer);
    timer = setInterval(
      // What fails for the moment is tried again in time.
      () => void renew(undefined, false).catch(() => {}),
      Math.min((termSeconds * 1000) / RENEWALS_IN_A_TERM, MAX_PAUSE_MS),
    ).unref();
  };
  keepAwake(ttlSeconds ?? Number.POSITIVE_INFINITY);

  const port: PortLease = {
    lockId: lease.lock_id,
    port: lease.port,
    ports: lease.ports,
    protocol: lease.protocol,
    serviceType: lease.service_type,
    serviceName: lease.service_name,
    projectPath: lease.project_path,
    url: lease.url,
    fence: lease.fence,
    isExisting: lease.existing,
    isOwn,
    message: lease.message,
    lost: losing.signal,
    renew: (seconds) => renew(seconds, true),
    async hold() {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const keeping = keepLease({
        reach: () => reach(false),
        lease,
        onEvent: () => resolve(),
        onLost: (why) => {
          reject(why);
          lose(why);
        },
      });
      const close = (): void => {
        holds.delete(hold);
        keeping.stop();
        keeping.close();
      };
      const hold: PortHold = { close, [Symbol.dispose]: close };
      holds.add(hold);
      await promise;
      return hold;
    },
    async release() {
      if (isReleased) return;
      const query = new URLSearchParams({ fence: String(lease.fence) });
      if (lease.instance_id !== null) query.set('instance_id', lease.instance_id);
      if (lease.project_path !== null) query.set('project_path', lease.project_path);
      try {
        await ask('DELETE', `?${query}`);
      } catch (error) {
        // Gone is what was wanted.
        if (!(error instanceof StyxyError) || error.code !== 'LEASE_NOT_FOUND') throw error;
      }
      isReleased = true;
      letGo();
    },
    async [Symbol.asyncDispose]() {
      // Without a daemon there is nobody to tell: the next one finds this process dead.
      if (isOwn) await port.release().catch(() => {});
      letGo();
    },
  };
  return { lease: port, letGo };
}

function isOver(error: unknown): error is StyxyError {
  return error instanceof StyxyError && (error.code === 'LEASE_NOT_FOUND' || error.code === 'STALE_FENCE');
}
