// Owns the bugs planted on purpose: the simulation must find each, or it would not find a real one of that kind.

import type { DurableChange } from '../../src/core/change.ts';
import type { ProcessLife } from '../../src/core/lease.ts';
import type { ProcessIdentity } from '../../src/core/process-identity.ts';
import { usePatched } from './patched.ts';
import type { Variant } from './world.ts';

export interface PlantedBug {
  readonly name: string;
  /** What the simulation must say about it. */
  readonly invariant: RegExp;
  /** Runs `use` with a program that has the bug, and cleans up. */
  plant<T>(use: (variant: Variant) => Promise<T>): Promise<T>;
}

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'a commit after the reply',
    invariant: /^invariant (4: .* before it was durable|14: .* which did not run)/,
    plant: (use) =>
      use({
        wrap: (options, world) => {
          const { store } = options;
          const commitLater = (changes: readonly DurableChange[]): void => {
            world.timeline.after(30, () => void (async () => store.commit(changes))().catch(() => {}));
          };
          return { ...options, store: { ...store, commit: commitLater } };
        },
      }),
  },
  {
    name: 'a forgotten probe',
    invariant: /^invariant 7: .* was granted though somebody had it/,
    plant: (use) => use({ wrap: (options) => ({ ...options, probe: { taken: () => [] } }) }),
  },
  {
    name: 'an expiry by wall clock',
    // Rests in quarantine are measured by the same clock.
    invariant: /^invariant (6|8|9|rest|state): /,
    plant: (use) =>
      use({
        wrap: (options) => {
          const { wall } = options.clock;
          return { ...options, clock: { wall, monotonic: wall } };
        },
      }),
  },
  {
    name: 'the life of a holder judged by its pid alone',
    invariant: /^invariant (8|9|state): /,
    plant: (use) =>
      use({
        wrap: (options, { machine }) => {
          const { processes } = options;
          const life = (identity: ProcessIdentity): ProcessLife => {
            const seen = processes.life(identity);
            return seen === 'dead' && machine.processes.has(identity.pid) ? 'alive' : seen;
          };
          return { ...options, processes: { ...processes, life } };
        },
      }),
  },
  patched(
    'a candidate that is not pending while its probe runs',
    /^invariant 21: .* was probed/,
    'coordinator/pending.ts',
    'for (const probe of probes) if (ports[probe.protocol].add(probe.port)) added.push(probe);',
    'void probes;',
  ),
  patched(
    "a tree that is known by a dead holder's pid",
    /^invariant state: .* although stranger listens/,
    'coordinator/sighting.ts',
    " || processes.life(lease.process) === 'dead'",
    '',
  ),
  patched(
    'children of the holder that do not count as its own',
    /^invariant state: .* is hijacked although own listens/,
    'coordinator/sighting.ts',
    'return !tree.includes(lease.process.pid)',
    'return tree[0] !== lease.process.pid',
  ),
  patched(
    'a hijacker without evidence',
    /^invariant (9|state): /,
    'coordinator/sighting.ts',
    'if (tree.length === 0) return false;',
    '',
  ),
  patched(
    'a stranger to no project',
    /^invariant state: .* no project is known/,
    'coordinator/sighting.ts',
    `if (lease.projectPath === null || listener.cwd === null) return false;
  if (isWithin(listener.cwd, lease.projectPath)) return false;`,
    `if (listener.cwd === null) return false;
  if (lease.projectPath !== null && isWithin(listener.cwd, lease.projectPath)) return false;`,
  ),
  patched(
    'an orphan without its mark',
    /^invariant state: .* although its holder is 0 connections and dead/,
    'core/observe.ts',
    "return before.orphan || (next.process === 'dead' && next.state === 'active');",
    'return before.orphan;',
  ),
  patched(
    'a stranger that renews the lease',
    /^invariant (8|state): /,
    'core/life.ts',
    "return entry.vitals.state === 'active' || hasLiveProcess(entry);",
    "return ['active', 'hijacked'].includes(entry.vitals.state) || hasLiveProcess(entry);",
  ),
  patched(
    'three misses that end a lease with a live holder',
    /^invariant 9: .* ended without a reason/,
    'core/life.ts',
    'hasMissed && !hasLiveHolder(state, entry, now)',
    'hasMissed',
  ),
  patched(
    'an end by what could not be seen',
    /^invariant 9: .* ended without a reason/,
    'core/life.ts',
    'if (vitals.isUnseen) return byTerm;',
    '',
  ),
  patched(
    'a sleep that nobody notices',
    /^invariant 9: .* ended without a reason/,
    'coordinator/coordinator.ts',
    'const isGap = now - lastTick >= timings.sleepGapMs;',
    'const isGap = false;',
  ),
  patched(
    'a new lease that is judged by an older table of listeners',
    /^invariant (9|state): /,
    'coordinator/observation.ts',
    'for (const ids of slices(lockIds, slice)) await tell',
    'for (const ids of slices([...state.leases()].map((e) => e.lease.lockId), slice)) await tell',
  ),
  patched(
    'a rest that binds the key that had the port',
    /^invariant (12|13): .* was free/,
    'core/placement.ts',
    'return quarantine.key === null || quarantine.key !== this.#key;',
    'return true;',
  ),
  patched(
    'a rest that binds nobody',
    /^invariant rest: .* though it rests$/,
    'core/placement.ts',
    'return quarantine.key === null || quarantine.key !== this.#key;',
    'return false;',
  ),
  patched(
    'a closed connection that ends nothing',
    /^invariant (8|state): /,
    'coordinator/coordinator.ts',
    "await writer.submit<'abandon'>({ kind: 'abandon', lockId, since, listening: sight === 'own' });",
    '',
  ),
  patched(
    'a drift that lists what is leased',
    /^invariant state: .* is leased$/,
    'coordinator/drift.ts',
    ' || state.leaseOn(protocol, port) !== undefined',
    '',
  ),
  patched(
    'a clean-up by force that ends the lease of a running command',
    /^invariant 9: .* ended without a reason/,
    'core/sweep.ts',
    'return force && holds === 0 ? ',
    'return force ? ',
  ),
  {
    name: 'a daemon that decides by the configuration of its start',
    invariant: /^invariant (2|13|14|16|key): /,
    plant: (use) =>
      use({
        wrap: (options) => {
          const first = options.catalogue();
          return { ...options, catalogue: () => first };
        },
      }),
  },
  patched(
    'a singleton that everybody gets one of',
    /^invariant 14: .* was granted though .* ran already/,
    'core/allocate.ts',
    'singleton === null ? undefined : runningSingleton(state, singleton)',
    'undefined',
  ),
  patched(
    'a singleton that is taken over before its program listens',
    /^invariant (9|14): /,
    'core/allocate.ts',
    "running.vitals.state !== 'hijacked'",
    "running.vitals.state === 'active'",
  ),
  patched(
    'a singleton that does not see the leases from before it was one',
    /^invariant 14: .* was granted though .* ran already/,
    'core/singleton.ts',
    'for (const entry of state.leases()) if (isOf(singleton, entry)) all.push(entry);',
    '',
  ),
  patched(
    'a range that keeps no gap',
    /^invariant 16: .* is not 2 ports away from/,
    'core/free-space.ts',
    '({ start: start - gap, end: end + gap })',
    '({ start, end })',
  ),
  patched(
    'a range over another one that is not in the file yet',
    /^invariant 16: .* is not 2 ports away from/,
    'core/automatic-type.ts',
    'automatic: [...state.ranges()]',
    'automatic: []',
  ),
  patched(
    'a range over leased ports',
    /^invariant (16: .* lies over lease|21: .* was probed)/,
    'core/automatic-type.ts',
    'taken.push(...state.taken(protocol), ...pending[protocol]);',
    'taken.push(...pending[protocol]);',
  ),
  patched(
    'a range whose ports nobody probed',
    /^invariant 16: .* was made over .*, which is taken/,
    'core/allocate.ts',
    "if (unproven.length > 0) return { kind: 'probe', probes: unproven };",
    '',
  ),
  patched(
    'a lease whose range is not committed with it',
    /^invariant (4|16): /,
    'core/allocate.ts',
    'if (range !== null)\n    changes.push(',
    'if (false)\n    changes.push(',
  ),
  patched(
    'an undo that ends leases without force',
    /^invariant 9: .* ended without a reason/,
    'core/range-commands.ts',
    'if (leases.length > 0 && !force)',
    'if (leases.length > 65_535)',
  ),
  patched(
    'a consolidation that moves what is in use',
    /^invariant 16: .* went away under its lease/,
    'core/range-consolidation.ts',
    'const isUsed = used.has(from.name);',
    'const isUsed = false;',
  ),
  patched(
    'a range that goes with its type although it is in use',
    /^invariant 16: .* went away under its lease/,
    'core/range-settling.ts',
    '!used.has(range.name) && dropped.some',
    'dropped.some',
  ),
  patched(
    'a range that stays where its type was put elsewhere',
    /^invariant 16: .* and was put at/,
    'core/range-settling.ts',
    'configured.start !== range.start || configured.end !== range.end',
    'false',
  ),
  patched(
    'a quota that nobody keeps',
    /^invariant quota: .* was granted to/,
    'core/quota.ts',
    'if (rest >= limit) return',
    'if (rest >= 1000) return',
  ),
  patched(
    'a quota that refuses one lease too early',
    /^invariant quota: .* was refused by/,
    'core/quota.ts',
    'if (rest >= limit) return',
    'if (rest + 1 >= limit) return',
  ),
  patched(
    'a repair that is forgotten by a daemon that dies over it',
    /^invariant 15: /,
    'coordinator/startup-recovery.ts',
    "((await store.readNote(LOST_LEASES_NOTE)) ?? '') !== ''",
    'false',
  ),
  patched(
    'held leases that are looked at as rarely as others',
    /^invariant (9|state): /,
    'coordinator/watch.ts',
    'await watched.observeHeld();',
    '',
  ),
];

/** A bug that is another text in one file of the program. */
function patched(
  name: string,
  invariant: RegExp,
  file: string,
  text: string,
  replacement: string,
): PlantedBug {
  return { name, invariant, plant: (use) => usePatched(file, text, replacement, use) };
}
