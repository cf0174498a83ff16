// Owns the writing turn: decide, probe or look, decide again, evolve, and wait for the commit before the answer.

import type { Actor, AuditFact } from '../core/audit.ts';
import { portId } from '../core/change.ts';
import type { Command, Decision, HolderFacts, Moment, Observed, Probe } from '../core/command.ts';
import { claimsOf, decide } from '../core/decide.ts';
import type { Protocol } from '../core/lease.ts';
import type { Replies } from '../core/reply.ts';
import { evolve, type State } from '../core/state.ts';
import { StyxyError } from '../errors.ts';
import type { Listener } from '../os/os.ts';
import type { CommitQueue } from './commit-queue.ts';
import type { Outcome } from './contract.ts';
import type { CoordinatorOptions } from './options.ts';
import { createPending } from './pending.ts';
import { describeListener } from './sighting.ts';
import type { Timings } from './timings.ts';

/** A batch may be granted this many leases, and no command more: fences are reserved for as many before a decision. */
const MAX_GRANTS = 64;
/** Every port can be found taken once, and asked about once more: a command that goes on longer is a bug. */
const MAX_ROUNDS = 2 * 65_536;

/** How old the table may be that names holders, where it names them all. */
const NAMES_MAX_AGE_MS = 200;

export interface Writer {
  /** @param actor who asks; the daemon itself unless given */
  submit<Kind extends Command['kind']>(
    command: Extract<Command, { kind: Kind }>,
    actor?: Actor,
  ): Promise<Outcome<Replies[Kind]>>;
  /** Candidates that a probe found taken since the start. */
  readonly conflicts: number;
}

/** Most commands see no more than that a port is free: a part is `NOTHING`'s, which nobody writes to, until there is something. */
interface Observation extends Observed {
  busy: Map<string, string | null | undefined>;
  clear: Set<string>;
  directories: Map<string, boolean>;
  holders: Map<string, HolderFacts>;
}

const NOTHING = {
  busy: new Map<string, string | null | undefined>(),
  clear: new Set<string>(),
  directories: new Map<string, boolean>(),
  holders: new Map<string, HolderFacts>(),
};
const UNKNOWN_HOLDER: HolderFacts = { branch: null, server: null };

/** @param fenceCeiling the highest fence that the store has promised already */
export function createWriter(
  options: CoordinatorOptions & { readonly timings: Timings },
  state: State,
  queue: CommitQueue,
  time: () => Moment,
  fenceCeiling: number,
): Writer {
  const pending = createPending();
  const self = daemonActor(options);
  let ceiling = fenceCeiling;
  let conflicts = 0;

  function submit<Kind extends Command['kind']>(
    command: Extract<Command, { kind: Kind }>,
    actor: Actor = self,
  ): Promise<Outcome<Replies[Kind]>> {
    // Only what must be awaited is claimed, which with synchronous probes is next to nothing.
    let named: readonly string[] | null = null;
    const claims = (): readonly string[] => {
      named ??= claimsOf(command, options.catalogue());
      return named;
    };
    const holder = pending.free(claims);
    return holder === null
      ? attempt<Kind>(command, actor, claims)
      : holder.then(() => submit<Kind>(command, actor));
  }

  async function attempt<Kind extends Command['kind']>(
    command: Extract<Command, { kind: Kind }>,
    actor: Actor,
    claims: () => readonly string[],
  ): Promise<Outcome<Replies[Kind]>> {
    const observed = newObservation(command, actor);
    const held: { release: (() => void) | null } = { release: null };
    /** Awaits while nobody else may choose what this command is about to get. */
    const aside = async <T>(awaited: Promise<T>, ports: readonly Probe[]): Promise<T> => {
      held.release ??= pending.hold(claims());
      const free = pending.reserve([...ports, ...probesOf(observed.clear)]);
      try {
        return await awaited;
      } finally {
        free();
      }
    };
    try {
      for (let round = 0; round < MAX_ROUNDS; round++) {
        if (observed.lockIds.length > 0 && state.lastFence + MAX_GRANTS > ceiling) {
          const reserving = reserveFences();
          if (reserving !== null) await aside(reserving, []);
        }
        const decision = decide<Kind>(state, command, time(), observed);
        if (decision.kind === 'probe') {
          for (const protocol of ['tcp', 'udp'] as const) {
            const ports = portsOf(decision.probes, protocol);
            if (ports.length === 0) continue;
            const probing = observed.catalogue.isProbing ? options.probe.taken(protocol, ports) : [];
            const taken = probing instanceof Promise ? await aside(probing, decision.probes) : probing;
            noteTaken(observed, protocol, ports, taken);
          }
        } else if (decision.kind === 'look') {
          await aside(look(observed, decision.directories), []);
        } else if (decision.kind === 'meet') {
          const { entry } = decision;
          const facts = options.holderFacts?.(entry) ?? UNKNOWN_HOLDER;
          const known = facts instanceof Promise ? await aside(facts, []) : facts;
          observed.holders = new Map(observed.holders).set(entry.lease.lockId, known);
        } else if (needsNames(decision, observed)) {
          await aside(nameHolders(observed), []);
        } else {
          return await commit(decision);
        }
      }
      throw new Error(`a decision on ${command.kind} did not come to an end`);
    } finally {
      held.release?.();
    }

    function commit(
      decision: Extract<Decision<Replies[Kind]>, { kind: 'answer' | 'refuse' }>,
    ): Promise<Outcome<Replies[Kind]>> {
      evolve(state, decision.changes);
      // From here on the working state shows what was claimed, so that nobody needs to wait for the claim.
      held.release?.();
      held.release = null;
      const outcome: Outcome<Replies[Kind]> =
        decision.kind === 'answer'
          ? { ok: true, reply: decision.reply }
          : { ok: false, refusal: decision.refusal };
      return queue.add(decision.changes).then((done) => {
        if (done !== 'done') return submit<Kind>(command, actor);
        if (decision.notes !== undefined) note(decision.notes, actor);
        return outcome;
      });
    }
  }

  /** Nobody waits for it, and what it is about holds without it. */
  function note(facts: readonly AuditFact[], actor: Actor): void {
    submit<'record'>({ kind: 'record', facts }, actor).catch(options.onFault ?? (() => {}));
  }

  function newObservation(command: Command, actor: Actor): Observation {
    const grants = grantsOf(command);
    const lockIds: string[] = [];
    for (let id = 0; id < grants; id++) lockIds.push(options.newLockId());
    const { busy, clear, directories, holders } = NOTHING;
    const catalogue = options.catalogue();
    return { busy, clear, directories, holders, catalogue, actor, pending: pending.ports, lockIds };
  }

  function noteTaken(
    observed: Observation,
    protocol: Protocol,
    asked: readonly number[],
    taken: readonly number[],
  ): void {
    conflicts += taken.length;
    if (observed.busy === NOTHING.busy && taken.length > 0) observed.busy = new Map();
    if (observed.clear === NOTHING.clear) observed.clear = new Set();
    const busy = new Set(taken);
    for (const port of asked) {
      if (busy.has(port)) observed.busy.set(portId(protocol, port), undefined);
      else observed.clear.add(portId(protocol, port));
    }
  }

  async function look(observed: Observation, directories: readonly string[]): Promise<void> {
    if (observed.directories === NOTHING.directories) observed.directories = new Map();
    for (const path of directories) observed.directories.set(path, await options.directoryExists(path));
  }

  /** Names those whom probes met; where nobody knows them, null says that it was asked. */
  async function nameHolders(observed: Observation): Promise<void> {
    const ports = new Set([...observed.busy.keys()].map((id) => Number(id.slice(id.indexOf(':') + 1))));
    // A reading of a moment ago will do, but for who came since.
    for (const maxAgeMs of [NAMES_MAX_AGE_MS, 0]) {
      const holders = new Map<string, Listener>();
      for (const listener of (await options.ports.listeners({ ports, maxAgeMs })) ?? []) {
        const id = portId(listener.protocol, listener.port);
        if (!holders.has(id)) holders.set(id, listener);
      }
      for (const [id, known] of observed.busy) {
        if (typeof known === 'string') continue;
        const holder = holders.get(id);
        observed.busy.set(id, holder === undefined ? null : describeListener(holder));
      }
      if ([...observed.busy.values()].every((name) => name !== null)) return;
    }
  }

  /** Reserves the next block of fences; null when it was done in this turn. */
  function reserveFences(): Promise<void> | null {
    const next = state.lastFence + MAX_GRANTS + options.timings.fenceBlock;
    const failed = (error: unknown): never => {
      queue.noteStore(error);
      throw error;
    };
    const reserved = (): void => {
      ceiling = Math.max(ceiling, next);
    };
    try {
      const reserving = options.store.reserveFences(next);
      if (reserving instanceof Promise) return reserving.then(reserved, failed);
      reserved();
      return null;
    } catch (error) {
      return failed(error);
    }
  }

  return {
    submit,
    get conflicts() {
      return conflicts;
    },
  };
}

function needsNames(decision: Decision<unknown>, observed: Observation): boolean {
  if (observed.busy.size === 0 || (decision.kind !== 'answer' && decision.kind !== 'refuse')) return false;
  for (const holder of observed.busy.values()) if (holder === undefined) return true;
  return false;
}

function grantsOf(command: Command): number {
  if (command.kind === 'allocate') return 1;
  return command.kind === 'batch' ? command.allocations.length : 0;
}

function portsOf(probes: readonly Probe[], protocol: Protocol): number[] {
  const ports: number[] = [];
  for (const probe of probes) if (probe.protocol === protocol) ports.push(probe.port);
  return ports;
}

function probesOf(ids: ReadonlySet<string>): Probe[] {
  return [...ids].map((id) => {
    const [protocol, port] = id.split(':');
    return { protocol: protocol === 'udp' ? 'udp' : 'tcp', port: Number(port) };
  });
}

/** Who the daemon is in the audit. */
export function daemonActor({ daemonPid }: Pick<CoordinatorOptions, 'daemonPid'>): Actor {
  return { instanceId: null, pid: daemonPid ?? null, command: 'daemon' };
}

/** What a coordinator that is stopping, or never started, answers. */
export function stopping(): StyxyError {
  return new StyxyError('STORE_UNAVAILABLE', 'the daemon is stopping', {
    hint: 'Try again: the next command starts a new daemon.',
  });
}
