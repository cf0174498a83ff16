// Owns a synchronous coordinator for tests: it observes, decides, evolves, and checks that deciding left the state alone.

import assert from 'node:assert/strict';
import { type AuditEntry, NOBODY } from '../../src/core/audit.ts';
import type { Catalogue } from '../../src/core/catalogue.ts';
import { portId } from '../../src/core/change.ts';
import type { Command, Decision, HolderFacts, Observed } from '../../src/core/command.ts';
import { decide } from '../../src/core/decide.ts';
import { PortSet } from '../../src/core/port-set.ts';
import type { Refusal } from '../../src/core/refusal.ts';
import type { Replies } from '../../src/core/reply.ts';
import { devolve, evolve, State } from '../../src/core/state.ts';
import { eventsOf, untold } from './audit-fold.ts';
import { dumpState } from './state-dump.ts';

export type Outcome<Reply> = { readonly reply: Reply } | { readonly refusal: Refusal };

/** More rounds than any command can need: each one looks at a port or a directory that it had not seen before. */
const MAX_ROUNDS = 200;

export class CoreHarness {
  readonly state = new State();
  /** Coordinator time in ms. */
  now = 1000;
  /** By `portId`: ports that strangers have, so that probes find them taken. */
  readonly strangers = new Set<string>();
  /** Project directories that are gone. */
  readonly deleted = new Set<string>();
  /** Everything that the audit was told, oldest first. */
  readonly audit: AuditEntry[] = [];
  /** All ports that were probed in the last command. */
  probed: string[] = [];
  readonly #catalogue: Catalogue;
  readonly #ports: readonly number[];
  #lockIds = 0;

  /** @param ports the ports to compare in a dump of the state */
  constructor(catalogue: Catalogue, ports: readonly number[]) {
    this.#catalogue = catalogue;
    this.#ports = ports;
  }

  dump(): unknown {
    return dumpState(this.state, this.#ports);
  }

  run<Kind extends Command['kind']>(command: Extract<Command, { kind: Kind }>): Outcome<Replies[Kind]> {
    const before = this.dump();
    const decision = this.#decide<Kind>(command);
    assert.deepEqual(this.dump(), before, 'deciding changes nothing');
    evolve(this.state, decision.changes);
    const after = this.dump();
    devolve(this.state, decision.changes);
    assert.deepEqual(this.dump(), before, 'a decision can be undone');
    evolve(this.state, decision.changes);
    assert.deepEqual(this.dump(), after, 'a decision that was undone can be done again');
    assert.equal(untold(decision.changes), null);
    this.audit.push(...eventsOf(decision.changes));
    if (decision.notes !== undefined) this.run<'record'>({ kind: 'record', facts: decision.notes });
    return decision.kind === 'answer' ? { reply: decision.reply } : { refusal: decision.refusal };
  }

  #decide<Kind extends Command['kind']>(
    command: Extract<Command, { kind: Kind }>,
  ): Extract<Decision<Replies[Kind]>, { kind: 'answer' | 'refuse' }> {
    const busy = new Map<string, string | null | undefined>();
    const clear = new Set<string>();
    const directories = new Map<string, boolean>();
    const holders = new Map<string, HolderFacts>();
    const lockIds = Array.from({ length: 64 }, () => `lk-${++this.#lockIds}`);
    const observed: Observed = {
      catalogue: this.#catalogue,
      actor: NOBODY,
      busy,
      clear,
      pending: { tcp: new PortSet(), udp: new PortSet() },
      directories,
      holders,
      lockIds,
    };
    this.probed = [];
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const decision = decide<Kind>(this.state, command, { now: this.now, wall: this.now }, observed);
      if (decision.kind === 'answer' || decision.kind === 'refuse') return decision;
      if (decision.kind === 'look') {
        for (const directory of decision.directories) {
          assert.ok(!directories.has(directory), `${directory} is looked at once`);
          directories.set(directory, !this.deleted.has(directory));
        }
        continue;
      }
      if (decision.kind === 'meet') {
        const { lockId } = decision.entry.lease;
        assert.ok(!holders.has(lockId), `the holder of ${lockId} is met once`);
        holders.set(lockId, { branch: null, server: null });
        continue;
      }
      for (const { protocol, port } of decision.probes) {
        const id = portId(protocol, port);
        this.probed.push(id);
        assert.ok(!busy.has(id) && !clear.has(id), `${id} is probed once`);
        assert.equal(this.state.leaseOn(protocol, port), undefined, `${id} is leased and must not be probed`);
        if (this.strangers.has(id)) busy.set(id, null);
        else clear.add(id);
      }
    }
    throw new Error(`${command.kind} was not decided after ${MAX_ROUNDS} rounds`);
  }
}
