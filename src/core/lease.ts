// Owns the lease: the right to one port or a block of them, who holds it, and what was last observed of it.

import type { ProcessIdentity } from './process-identity.ts';

export type Protocol = 'tcp' | 'udp';

/**
 * `reserved` at the grant, `active` while the holder's program listens, `idle` when it went away,
 * `hijacked` when there is evidence that a stranger listens.
 */
export type LeaseState = 'reserved' | 'active' | 'idle' | 'hijacked';

/** What is stored of a lease. It changes rarely: on renewal with another term or pid. */
export interface Lease {
  readonly lockId: string;
  readonly protocol: Protocol;
  /** The first port; a block goes on from here. */
  readonly port: number;
  /** How many consecutive ports the lease covers, 1–32. */
  readonly count: number;
  readonly serviceType: string;
  readonly serviceName: string | null;
  readonly instanceId: string | null;
  readonly projectPath: string | null;
  readonly pid: number | null;
  /** Which process `pid` was when it was named; null when that could not be known. */
  readonly process: ProcessIdentity | null;
  readonly singleton: boolean;
  /** Rises with every grant on this machine; never used twice. */
  readonly fence: number;
  /** The term in milliseconds. */
  readonly ttlMs: number;
  /** Wall-clock time of the grant in epoch milliseconds, for people only: no rule reads it. */
  readonly allocatedAt: number;
}

/** What is known of a lease at this moment. Never stored: after a restart all of it is observed anew. */
export interface Vitals {
  readonly state: LeaseState;
  /** When the term last began, in coordinator time (ms). */
  readonly renewedAt: number;
  /** When somebody last asked for the lease, renewed it, or opened or closed a connection to it, in coordinator time (ms). */
  readonly askedAt: number;
  /** When the audit last noted a renewal, in coordinator time (ms); null: none yet. */
  readonly notedAt: number | null;
  /** Open connections that hold the lease. */
  readonly holds: number;
  /** What is known of the holder process; `none` when no pid was named. */
  readonly process: ProcessLife | 'none';
  /** The last holder is gone. The lease goes on while its own program listens, and only that long. */
  readonly orphan: boolean;
  /** The ports on which the holder's processes listen although nobody of them listens on the lease's own, ascending. */
  readonly drift: readonly number[];
  /** The process that was last seen to listen there while it was proven to be the holder's; null: none was. */
  readonly server: ProcessIdentity | null;
  /** The last look could not tell who listens: `state` is from before it, and nothing may end on it (invariant 11). */
  readonly isUnseen: boolean;
  /** Listener checks missed in a row since the lease was last active. */
  readonly missed: number;
  /** When the last miss was counted, in coordinator time (ms): misses are counted once a check interval. */
  readonly missedAt: number;
}

/** What is known of a lease before anything was observed: at its grant, and after a restart. */
export const NEW_VITALS: Vitals = {
  state: 'reserved',
  renewedAt: 0,
  askedAt: 0,
  notedAt: null,
  holds: 0,
  process: 'none',
  orphan: false,
  drift: [],
  server: null,
  isUnseen: false,
  missed: 0,
  missedAt: 0,
};

/** `unknown` is not `dead`: no permission and another pid namespace look alike (invariant 11). */
export type ProcessLife = 'alive' | 'dead' | 'unknown';

/** A live lease as the state keeps it. */
export interface LeaseEntry {
  readonly lease: Lease;
  readonly vitals: Vitals;
}

/** Who a lease is remembered for: contract, "Key". */
export interface KeyParts {
  readonly projectPath: string | null;
  readonly instanceId: string | null;
  readonly serviceType: string;
  readonly serviceName: string | null;
  readonly protocol: Protocol;
}

/**
 * The key under which a lease is found again and its port remembered.
 *
 * @returns null when there is neither project nor instance: nobody can be told apart by such a key,
 *   and two strangers would be handed one port.
 */
export function leaseKey(parts: KeyParts): string | null {
  const owner = parts.projectPath ?? (parts.instanceId === null ? null : `@${parts.instanceId}`);
  if (owner === null) return null;
  const { serviceType, serviceName, protocol } = parts;
  // One decision asks for one key again and again; the same text then also keeps its hash.
  if (
    last.owner !== owner ||
    last.serviceType !== serviceType ||
    last.serviceName !== serviceName ||
    last.protocol !== protocol
  ) {
    const key = `${owner}\0${serviceType}\0${serviceName ?? ''}\0${protocol}`;
    last = { owner, serviceType, serviceName, protocol, key };
  }
  return last.key;
}

/** The service type that a key of `leaseKey` is for. */
export function serviceTypeOfKey(key: string): string {
  const start = key.indexOf('\0') + 1;
  return key.slice(start, key.indexOf('\0', start));
}

/** The key that was made last. It changes no answer, only its price. */
let last = {
  owner: '',
  serviceType: '',
  serviceName: null as string | null,
  protocol: 'tcp',
  key: '\0\0\0tcp',
};

/** What a request or a lease is for. */
export type KnownBy = Pick<KeyParts, 'serviceType' | 'serviceName'>;

/** The name that a service is known by: its own, or that of its type where none is given. */
export function knownName({ serviceType, serviceName }: KnownBy): string {
  return serviceName ?? serviceType;
}

/** What tells two singletons apart that are so by their types. */
export function singletonName(serviceType: string, serviceName: string | null): string {
  return `${serviceType}\0${knownName({ serviceType, serviceName })}`;
}
