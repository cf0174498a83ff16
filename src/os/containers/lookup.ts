// Owns the question which container a published port belongs to: by the engine's word, else by the proxy's command line.

import type { Protocol } from '../../core/lease.ts';
import type { Published } from './proxy.ts';

/** Somebody waits for the answer: what the engine does not say by then, it says the next time. */
const PATIENCE_MS = 150;
/** Containers come and go, but not between two looks at the same port. */
const MAX_AGE_MS = 1_000;

/** A socket that a container may be behind. */
export interface Candidate {
  readonly protocol: Protocol;
  readonly port: number;
}

/** The containers behind the published ports among `candidates`, by protocol and port: `tcp 8080`. Never throws. */
export type ContainerLookup = (candidates: readonly Candidate[]) => Promise<ReadonlyMap<string, string>>;

/** The names of all containers by the ports that they publish, as `ContainerLookup` has them; null: no engine answers. */
export type Engines = () => Promise<ReadonlyMap<string, string> | null>;

export const NO_CONTAINERS: ContainerLookup = async () => new Map();

/**
 * @param engines asks the engines of this machine; may take long
 * @param proxies the ports that proxies publish by their command lines; asked only where no engine knew the name
 * @param patienceMs how long an answer of the engines is waited for
 */
export function createContainerLookup(
  engines: Engines,
  proxies: () => Promise<readonly Published[]>,
  patienceMs = PATIENCE_MS,
): ContainerLookup {
  const named = remembered(engines);
  const published = remembered(proxies);
  return async (candidates) => {
    const found = new Map<string, string>();
    if (candidates.length === 0) return found;
    const names = await within(patienceMs, named());
    const keys = new Set(candidates.map(({ protocol, port }) => `${protocol} ${port}`));
    for (const key of keys) {
      const name = names?.get(key);
      if (name !== undefined) found.set(key, name);
    }
    if (found.size === keys.size) return found;
    for (const { protocol, port, container } of await published()) {
      const key = `${protocol} ${port}`;
      if (keys.has(key) && !found.has(key)) found.set(key, container);
    }
    return found;
  };
}

/** Asks anew only when the last answer is too old, and never twice at the same time. */
function remembered<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null;
  let answeredAt: number | null = null;
  return () => {
    const isOld = answeredAt !== null && performance.now() - answeredAt > MAX_AGE_MS;
    if (answer === null || isOld) {
      answeredAt = null;
      answer = ask().finally(() => {
        answeredAt = performance.now();
      });
    }
    return answer;
  };
}

/** What `promise` says within the time, else null; the question goes on. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
