// Owns what keys remember: each one's port, and of each port the key that used it last.

import type { KeyMemory } from './change.ts';
import type { Protocol } from './lease.ts';
import { type Ids, idsOf, withId, withoutId } from './lease-index.ts';
import { blockPorts } from './port-range.ts';

export class KeyIndex {
  readonly #memories = new Map<string, KeyMemory>();
  readonly #ofPort = { tcp: new Map<number, Ids>(), udp: new Map<number, Ids>() };

  get(key: string): KeyMemory | undefined {
    return this.#memories.get(key);
  }
  has(key: string): boolean {
    return this.#memories.has(key);
  }
  entries(): Iterable<readonly [string, KeyMemory]> {
    return this.#memories;
  }

  /** The key that remembers this port and used it last, if any. */
  remembering(protocol: Protocol, port: number): string | undefined {
    let last: string | undefined;
    let lastUse = Number.NEGATIVE_INFINITY;
    for (const key of idsOf(this.#ofPort[protocol].get(port))) {
      const usedAt = this.#memories.get(key)?.usedAt ?? 0;
      if (usedAt > lastUse || (usedAt === lastUse && key > (last ?? ''))) {
        last = key;
        lastUse = usedAt;
      }
    }
    return last;
  }

  apply(key: string, before: KeyMemory | null, after: KeyMemory | null): void {
    if (before !== null) {
      const keys = this.#ofPort[before.protocol];
      for (const port of blockPorts(before.port, before.count)) {
        const left = withoutId(keys.get(port), key);
        if (left === null) keys.delete(port);
        else keys.set(port, left);
      }
    }
    if (after === null) {
      this.#memories.delete(key);
      return;
    }
    this.#memories.set(key, after);
    const keys = this.#ofPort[after.protocol];
    for (const port of blockPorts(after.port, after.count)) keys.set(port, withId(keys.get(port), key));
  }
}
