// Owns the singletons: which services the machine runs one of, and which live lease that one is.

import type { Catalogue } from './catalogue.ts';
import type { Change } from './change.ts';
import type { Decision } from './command.ts';
import { type KnownBy, knownName, type LeaseEntry } from './lease.ts';
import type { MarkReply } from './reply.ts';
import type { StateView } from './state.ts';

/** A service that the machine runs one of. */
export interface Singleton {
  /** The service name; the type's where none is given. */
  readonly name: string;
  /** Null where the name alone is what there is one of, whatever type it is asked for with. */
  readonly serviceType: string | null;
}

/** The catalogue's words on who is a singleton. */
export type Behaviors = Pick<Catalogue, 'serviceTypes' | 'behaviorOfName'>;

/** The singleton that a service is, or null for one of many. What is said of the name counts before the type. */
export function singletonOf(catalogue: Behaviors, service: KnownBy): Singleton | null {
  const name = knownName(service);
  const ofName = catalogue.behaviorOfName.get(name);
  if (ofName !== undefined) return ofName === 'single' ? { name, serviceType: null } : null;
  const type = catalogue.serviceTypes.get(service.serviceType);
  return type?.instanceBehavior === 'single' ? { name, serviceType: type.name } : null;
}

/**
 * The live lease that everybody gets who asks for this singleton; one that a stranger pushed off its port only where
 * there is no other.
 *
 * Leases that were granted before the configuration made a singleton of them count too. They are looked for only when
 * no lease is marked as the one, which is before the first grant; whoever gets one of them marks it.
 */
export function runningSingleton(state: StateView, singleton: Singleton): LeaseEntry | undefined {
  const marked = firstOf(markedAs(state, singleton));
  if (marked !== undefined && marked.vitals.state !== 'hijacked') return marked;
  const all: LeaseEntry[] = [];
  for (const entry of state.leases()) if (isOf(singleton, entry)) all.push(entry);
  return firstOf(all);
}

/** The changes that take the mark from every lease that has it beside the one that gets it now: there is one. */
export function unmarkOthers(state: StateView, singleton: Singleton, lockIds: readonly string[]): Change[] {
  return markedAs(state, singleton)
    .filter(({ lease }) => !lockIds.includes(lease.lockId))
    .map(({ lease }) => ({
      table: 'lease',
      id: lease.lockId,
      before: lease,
      after: { ...lease, singleton: false },
    }));
}

function markedAs(state: StateView, singleton: Singleton): LeaseEntry[] {
  return state.singletons(singleton.name).filter((entry) => isOf(singleton, entry));
}

function isOf({ name, serviceType }: Singleton, { lease }: LeaseEntry): boolean {
  return knownName(lease) === name && (serviceType === null || serviceType === lease.serviceType);
}

/** Marks the leases that are singletons by the configuration as it is now, one of each, and no others. */
export function decideMarkSingletons(state: StateView, catalogue: Behaviors): Decision<MarkReply> {
  const chosen = new Map<string, LeaseEntry | undefined>();
  const oneOf = (singleton: Singleton): LeaseEntry | undefined => {
    const id = `${singleton.serviceType ?? ''}\0${singleton.name}`;
    if (!chosen.has(id)) chosen.set(id, runningSingleton(state, singleton));
    return chosen.get(id);
  };
  const changes: Change[] = [];
  for (const entry of state.leases()) {
    const { lease } = entry;
    const singleton = singletonOf(catalogue, lease);
    const isOne = singleton !== null && oneOf(singleton) === entry;
    if (isOne === lease.singleton) continue;
    changes.push({ table: 'lease', id: lease.lockId, before: lease, after: { ...lease, singleton: isOne } });
  }
  return { kind: 'answer', reply: { marked: changes.length }, changes };
}

/** Of several, one that is listened on, else the oldest that is not hijacked. */
function firstOf(entries: readonly LeaseEntry[]): LeaseEntry | undefined {
  return (
    entries.find(({ vitals }) => vitals.state === 'active') ??
    entries.find(({ vitals }) => vitals.state !== 'hijacked') ??
    entries[0]
  );
}
