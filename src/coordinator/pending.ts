// Owns what is pending while a probe or a look is awaited: candidate ports, and the keys that others must wait for.

import type { Probe } from '../core/command.ts';
import type { Protocol } from '../core/lease.ts';
import { PortSet } from '../core/port-set.ts';

export interface Pending {
  readonly ports: Readonly<Record<Protocol, PortSet>>;
  /** Resolves once none of `claims` is held by another command. */
  free(claims: () => readonly string[]): Promise<void> | null;
  /** Holds `claims` until the returned function is called. Call it only when `free` said null in the same turn. */
  hold(claims: readonly string[]): () => void;
  /** Keeps other commands from choosing these ports until the returned function is called. */
  reserve(probes: Iterable<Probe>): () => void;
}

export function createPending(): Pending {
  const ports = { tcp: new PortSet(), udp: new PortSet() };
  const held = new Map<string, Promise<void>>();
  return {
    ports,
    free(claims) {
      if (held.size === 0) return null;
      for (const claim of claims()) {
        const holder = held.get(claim);
        if (holder !== undefined) return holder;
      }
      return null;
    },
    hold(claims) {
      let release = (): void => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      for (const claim of claims) held.set(claim, released);
      return () => {
        for (const claim of claims) held.delete(claim);
        release();
      };
    },
    reserve(probes) {
      const added: Probe[] = [];
      for (const probe of probes) if (ports[probe.protocol].add(probe.port)) added.push(probe);
      return () => {
        for (const { protocol, port } of added) ports[protocol].delete(port);
      };
    },
  };
}
