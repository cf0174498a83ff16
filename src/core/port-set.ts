// Owns the port set: a bitmap over 1–65,535 that finds the next port absent from several sets a word at a time.

const WORDS = 65_536 / 32;

/** A mutable set of ports. One bit a port, 8 KiB, so that a search costs the same however full the set is. */
export class PortSet {
  readonly #words = new Uint32Array(WORDS);
  #size = 0;

  static of(ports: Iterable<number>): PortSet {
    const set = new PortSet();
    for (const port of ports) set.add(port);
    return set;
  }

  get size(): number {
    return this.#size;
  }

  has(port: number): boolean {
    return (((this.#words[port >>> 5] ?? 0) >>> (port & 31)) & 1) === 1;
  }

  /** Adds `port`; says whether it was absent before. */
  add(port: number): boolean {
    if (this.has(port)) return false;
    this.#words[port >>> 5] = (this.#words[port >>> 5] ?? 0) | (1 << (port & 31));
    this.#size += 1;
    return true;
  }

  /** Removes `port`; says whether it was present before. */
  delete(port: number): boolean {
    if (!this.has(port)) return false;
    this.#words[port >>> 5] = (this.#words[port >>> 5] ?? 0) & ~(1 << (port & 31));
    this.#size -= 1;
    return true;
  }

  /** The 32 ports from `index * 32` as bits, the lowest port in the lowest bit. */
  word(index: number): number {
    return this.#words[index] ?? 0;
  }

  *[Symbol.iterator](): Generator<number> {
    for (let index = 0; index < WORDS; index++) {
      const word = this.word(index);
      if (word === 0) continue;
      for (let bit = 0; bit < 32; bit++) if ((word >>> bit) & 1) yield index * 32 + bit;
    }
  }
}

/**
 * The lowest port from `from` to `to`, both included, that is in none of `sets`.
 *
 * @returns the port, or null when every port of the interval is in one of the sets.
 */
export function firstAbsent(from: number, to: number, sets: readonly PortSet[]): number | null {
  let port = from;
  while (port <= to) {
    const index = port >>> 5;
    let taken = 0;
    for (const set of sets) taken |= set.word(index);
    // Bits below `port` count as taken, so that the lowest clear bit is at or above it.
    const free = ~taken & (-1 << (port & 31));
    if (free !== 0) {
      const found = index * 32 + (31 - Math.clz32(free & -free));
      return found <= to ? found : null;
    }
    port = (index + 1) * 32;
  }
  return null;
}
