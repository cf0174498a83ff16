// Owns the forgetting of what is too old to count: rests, keys, request ids, and instances that hold nothing.

import type { Catalogue } from './catalogue.ts';
import type { Change } from './change.ts';
import type { Decision, ForgetCommand, Moment } from './command.ts';
import { isStale } from './instance.ts';
import { forgottenRests } from './quarantine.ts';
import type { Replies } from './reply.ts';
import type { StateView } from './state.ts';

/** An instance that is over and holds nothing is shown for this long (ms) before it is forgotten. */
const STALE_INSTANCE_MS = 86_400_000;

/** Forgets what is too old, up to the limit. */
export function decideForget(
  state: StateView,
  { limit = Number.POSITIVE_INFINITY }: ForgetCommand,
  moment: Moment,
  catalogue: Catalogue,
): Decision<Replies['forget']> {
  const changes: Change[] = [];
  for (const forgotten of tooOld(state, moment.now, catalogue)) {
    if (changes.length >= limit) return { kind: 'answer', reply: { isPartial: true }, changes };
    changes.push(...forgotten);
  }
  return { kind: 'answer', reply: { isPartial: false }, changes };
}

/** Each with the changes that belong together. */
function* tooOld(state: StateView, now: number, catalogue: Catalogue): Generator<readonly Change[]> {
  for (const change of forgottenRests(state, catalogue, now)) yield [change];
  for (const [id, before] of state.keys()) {
    const isOld = now - before.usedAt >= catalogue.keyRetentionMs;
    if (isOld && state.leasesOfKey(id).length === 0) yield [{ table: 'key', id, before, after: null }];
  }
  for (const [id, before] of state.requests()) {
    if (now - before.answeredAt >= catalogue.requestRetentionMs)
      yield [{ table: 'request', id, before, after: null }];
  }
  for (const entry of state.instances()) {
    const { instance, pulse } = entry;
    const silentMs = now - Math.max(pulse.heardAt, state.floor);
    const isOver = isStale(entry, now, state.floor) && silentMs >= STALE_INSTANCE_MS;
    if (!isOver || state.leasesOfInstance(instance.instanceId).length > 0) continue;
    yield [
      { table: 'pulse', id: instance.instanceId, before: pulse, after: null },
      { table: 'instance', id: instance.instanceId, before: instance, after: null },
    ];
  }
}
