// Owns the table of instances, with the index of those whose process must be looked at.

import { type Instance, type InstanceEntry, NEW_PULSE, type Pulse } from './instance.ts';

/** The instances with their pulses. Changed by the state alone. */
export class InstanceIndex {
  readonly #entries = new Map<string, InstanceEntry>();
  readonly #watched = new Set<string>();

  /** The ids of the instances whose process is not known to be dead. */
  get watched(): ReadonlySet<string> {
    return this.#watched;
  }
  has(instanceId: string): boolean {
    return this.#entries.has(instanceId);
  }
  get(instanceId: string): InstanceEntry | undefined {
    return this.#entries.get(instanceId);
  }
  values(): Iterable<InstanceEntry> {
    return this.#entries.values();
  }

  /** Puts what is stored of an instance; what is known of its life stays. */
  apply(instanceId: string, instance: Instance | null): void {
    const pulse = this.#entries.get(instanceId)?.pulse ?? NEW_PULSE;
    if (instance !== null) this.#put(instanceId, { instance, pulse });
    else {
      this.#entries.delete(instanceId);
      this.#watched.delete(instanceId);
    }
  }

  /** Puts what is known of the life of an instance, where there is one. */
  applyPulse(instanceId: string, pulse: Pulse | null): void {
    const entry = this.#entries.get(instanceId);
    if (entry !== undefined) this.#put(instanceId, { instance: entry.instance, pulse: pulse ?? NEW_PULSE });
  }

  #put(instanceId: string, entry: InstanceEntry): void {
    this.#entries.set(instanceId, entry);
    // A process that is dead stays dead: there is nothing more to see.
    if (entry.instance.process !== null && entry.pulse.process !== 'dead') this.#watched.add(instanceId);
    else this.#watched.delete(instanceId);
  }
}
