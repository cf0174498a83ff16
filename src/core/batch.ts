// Owns the decision of a batch: each request decided as if those before it were granted, all or none.

import { decideAllocate } from './allocate.ts';
import { type Change, type Meeting, portId } from './change.ts';
import type { BatchCommand, Decision, Moment, Observed, Probe } from './command.ts';
import { blockPorts } from './port-range.ts';
import { PortSet } from './port-set.ts';
import { restsAfterRefusal } from './quarantine.ts';
import type { Refusal } from './refusal.ts';
import type { AllocateReply, BatchReply } from './reply.ts';
import { devolve, evolve, type State } from './state.ts';

/**
 * Decides up to 64 allocations together.
 *
 * It evolves `state` from one request to the next and takes every change back before it returns: the same code then
 * decides a batch and a single request, and nobody can see the state in between.
 */
export function decideBatch(
  state: State,
  command: BatchCommand,
  moment: Moment,
  observed: Observed,
): Decision<BatchReply> {
  const changes: Change[] = [];
  const allocations: AllocateReply[] = [];
  const probes: Probe[] = [];
  const { lastFence } = state;
  let seen = observed;
  let refused: { readonly refusal: Refusal; readonly met: readonly Meeting[] } | null = null;
  try {
    for (const [index, allocation] of command.allocations.entries()) {
      const lockId = observed.lockIds[index];
      if (lockId === undefined) throw new Error('a batch needs a fresh lock id for each of its requests');
      let decision = decideAllocate(state, allocation, moment, seen, lockId);
      // Goes on as if each probe had been passed, so that all of the batch's ports are probed in one round. An unknown type
      // is probed twice: for its range, and for a port that lies elsewhere or has another protocol.
      for (let passed = seen; decision.kind === 'probe'; ) {
        if (decision.probes.every(({ protocol, port }) => passed.clear.has(portId(protocol, port))))
          throw new Error('a port that counts as probed was asked to be probed again');
        probes.push(...decision.probes);
        passed = withClear(passed, decision.probes);
        decision = decideAllocate(state, allocation, moment, passed, lockId);
      }
      if (decision.kind === 'look' || decision.kind === 'meet') return decision;
      if (decision.kind === 'refuse') {
        // A refusal that rests on a port not yet probed is not final.
        if (probes.length > 0) return { kind: 'probe', probes };
        const { refusal } = decision;
        const met = [...changes, ...decision.changes].flatMap(meetingOf);
        refused = { refusal: { ...refusal, fields: { ...refusal.fields, index } }, met };
        break;
      }
      evolve(state, decision.changes);
      changes.push(...decision.changes);
      seen = withoutFreed(seen, decision.changes);
      allocations.push(decision.reply);
    }
  } finally {
    devolve(state, changes);
    // Nobody was told these fences: what is decided later, or again, may have them.
    state.lastFence = lastFence;
  }
  if (refused !== null) {
    // Of what was decided nothing happens; whom it met on the way was there all the same.
    const met = [...new Map(refused.met.map((each) => [portId(each.protocol, each.port), each])).values()];
    const rests = restsAfterRefusal(state, met, observed.catalogue, moment.now);
    return { kind: 'refuse', refusal: refused.refusal, changes: rests };
  }
  if (probes.length > 0) return { kind: 'probe', probes };
  return { kind: 'answer', reply: { allocations }, changes };
}

function meetingOf(change: Change): Meeting[] {
  return change.table === 'quarantine' && change.met !== undefined ? [change.met] : [];
}

function withClear(observed: Observed, probes: readonly Probe[]): Observed {
  const clear = new Set(observed.clear);
  for (const { protocol, port } of probes) clear.add(portId(protocol, port));
  return { ...observed, clear };
}

/** A port whose lease ends within the batch stays out of it: until the commit that lease is live. */
function withoutFreed(observed: Observed, changes: readonly Change[]): Observed {
  const pending = { ...observed.pending };
  for (const change of changes) {
    if (change.table !== 'lease' || change.before === null || change.after !== null) continue;
    const { protocol, port, count } = change.before;
    pending[protocol] = PortSet.of([...pending[protocol], ...blockPorts(port, count)]);
  }
  return { ...observed, pending };
}
