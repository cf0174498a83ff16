// Owns the handlers of automatic ranges: shown, switched on and off, taken back, moved together.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type {
  AutoAllocationAnswer,
  AutomaticRangeJson,
  ConsolidateAnswer,
  UndoRangeAnswer,
} from '../../api/schemas-ranges.ts';
import type { Outcome, Reading } from '../../coordinator/contract.ts';
import type { Actor } from '../../core/audit.ts';
import type { ConsolidateProgress, RangeMove } from '../../core/command.ts';
import type { NamedRange } from '../../core/range-placement.ts';
import type { ConsolidateReply } from '../../core/reply.ts';
import { StyxyError } from '../../errors.ts';
import { actorOf } from '../actor.ts';
import type { DaemonContext, Handler } from '../context.ts';
import type { Steps } from '../range-steps.ts';
import { refuse } from './command.ts';

export const showAutoAllocation: Handler<'showAutoAllocation'> = (context) => show(context);

export const switchAutoAllocation: Handler<'switchAutoAllocation'> = async (context, { body }, reply) => {
  const { enabled } = body;
  const outcome = await context.rangeFile.edit(
    [{ path: ['auto_allocation', 'enabled'], value: enabled }],
    actorOf(reply),
  );
  if (outcome.kind === 'refused') {
    throw new StyxyError('CONFIG_NOT_WRITABLE', outcome.message, { fields: { reason: outcome.reason } });
  }
  return await show(context);
};

export const undoRange: Handler<'undoRange'> = async (context, { params, query }, reply) => {
  const serviceType = params.service_type;
  await refuseUndo(context, serviceType);
  // The file follows before the answer: until it is written, the type would be a configured one.
  const outcome = await changing(
    context,
    (name) => name === serviceType,
    () =>
      context.coordinator.submit<'undo-range'>(
        { kind: 'undo-range', serviceType, force: query.force ?? false },
        actorOf(reply),
      ),
  );
  if (!outcome.ok) return refuse(reply, outcome.refusal);
  const { range, ended } = outcome.reply;
  const why = context.rangeFile.obstacle ?? 'you wrote more about the type there; take it out by hand';
  const left = isInFile(context, range) ? `; config.json still has it: ${why}` : '';
  const leases = ended === 0 ? '' : `, and ${ended} ${ended === 1 ? 'lease' : 'leases'} ended with it`;
  return {
    success: true,
    service_type: range.name,
    start: range.start,
    end: range.end,
    leases_ended: ended,
    message: `The range ${range.start}–${range.end} of ${range.name} is gone${leases}${left}`,
  } satisfies UndoRangeAnswer;
};

/** How many ranges one command looks at when they are moved together, so that others get their turn in between. */
const RANGES_PER_TURN = 16;
const START: ConsolidateProgress = { offset: 0, left: [] };

export const consolidateRanges: Handler<'consolidateRanges'> = async (context, { body }, reply) => {
  const apply = body?.apply ?? false;
  let moves = await consolidate(context, false, actorOf(reply));
  if (apply && moves.length > 0) {
    const moving = new Set(moves.map(({ from }) => from.name));
    await refuseReadOnly(context, (name) => moving.has(name));
    const steps = moves.map(({ from, to }) => [from.name, { former: from, range: to }] as const);
    await refuseIfBehind(context, new Map(steps), 'nothing was moved', 'and consolidate again');
    // Which are moved is decided anew.
    moves = await changing(
      context,
      () => true,
      () => consolidate(context, true, actorOf(reply)),
    );
  }
  const isBehind = apply && moves.some(({ to }) => !isInFile(context, to));
  return {
    success: true,
    applied: apply,
    not_in_config: isBehind ? (context.rangeFile.obstacle ?? 'somebody has changed these entries') : null,
    moves: moves.map(({ from, to }) => ({
      service_type: from.name,
      from: [from.start, from.end],
      to: [to.start, to.end],
    })),
  } satisfies ConsolidateAnswer;
};

/** Plans or makes all moves, some ranges in a turn. */
async function consolidate(
  { coordinator }: DaemonContext,
  apply: boolean,
  actor: Actor,
): Promise<readonly RangeMove[]> {
  const moves: RangeMove[] = [];
  for (let since: ConsolidateProgress | null = START; since !== null; ) {
    const planned = apply ? [] : moves;
    const outcome: Outcome<ConsolidateReply> = await coordinator.submit<'consolidate'>(
      { kind: 'consolidate', apply, since, limit: RANGES_PER_TURN, planned },
      actor,
    );
    // It is never refused; what is thrown, such as a store that cannot be written, is the answer.
    if (!outcome.ok) break;
    moves.push(...outcome.reply.moves);
    since = outcome.reply.next;
    // A plan waits for nothing that would let a request in.
    await nextTurn();
  }
  return moves;
}

/** Changes ranges, and config.json with them. */
async function changing<Result>(
  { coordinator, rangeFile }: DaemonContext,
  isMeant: (name: string) => boolean,
  change: () => Promise<Result>,
): Promise<Result> {
  const ranges = await coordinator.query(({ state }) =>
    [...state.ranges()].filter(({ name }) => isMeant(name)),
  );
  return ranges.length === 0 ? await change() : await rangeFile.changing(ranges, change);
}

async function refuseUndo(context: DaemonContext, serviceType: string): Promise<void> {
  await refuseReadOnly(context, (name) => name === serviceType);
  const range = await context.coordinator.query(({ state }) => state.range(serviceType));
  // A file that nobody here may write does not have the range: it is the store's alone.
  if (range === undefined || (await context.rangeFile.readOnly()) !== null) return;
  const steps = new Map([[serviceType, { former: range, range: null }]]);
  await refuseIfBehind(context, steps, 'nothing was undone', `and undo ${serviceType} again`);
}

/**
 * Refuses a change that config.json could not follow.
 *
 * @param outcome what came of the request
 * @param then what to do once the file is mended
 */
async function refuseIfBehind(
  { rangeFile }: DaemonContext,
  steps: Steps,
  outcome: string,
  then: string,
): Promise<void> {
  const objection = await rangeFile.objectionTo(steps);
  if (objection === null) return;
  throw new StyxyError('CONFIG_NOT_WRITABLE', `${outcome}: ${objection}`, {
    hint: `Run \`styxy config validate\` to see its mistakes, mend them, ${then}.`,
    fields: { reason: 'refused' },
  });
}

/**
 * Refuses to change ranges that stand in a config.json which cannot be written: it would go on to say otherwise, and what
 * it says counts.
 */
async function refuseReadOnly(context: DaemonContext, isMeant: (name: string) => boolean): Promise<void> {
  const isThere = await context.coordinator.query(({ state }) =>
    [...state.ranges()].some((range) => isMeant(range.name) && isInFile(context, range)),
  );
  const obstacle = isThere ? await context.rangeFile.readOnly() : null;
  if (obstacle !== null)
    throw new StyxyError('CONFIG_NOT_WRITABLE', obstacle, { fields: { reason: 'read-only' } });
}

/** Whether config.json has this very range. */
function isInFile({ catalogue }: DaemonContext, { name, start, end }: NamedRange): boolean {
  const there = catalogue().serviceTypes.get(name)?.range;
  return there !== undefined && there.start === start && there.end === end;
}

function show(context: DaemonContext): Promise<AutoAllocationAnswer> {
  const policy = context.catalogue().autoAllocation?.policy ?? null;
  return context.coordinator.query((reading) => ({
    success: true,
    enabled: policy !== null,
    min_port: policy?.bounds.start ?? null,
    max_port: policy?.bounds.end ?? null,
    gap_size: policy?.gap ?? null,
    placement_problem: context.placementProblem(),
    ranges: rangesOf(context, reading),
    not_in_config: context.rangeFile.obstacle,
  }));
}

function rangesOf(context: DaemonContext, { state }: Reading): AutomaticRangeJson[] {
  const leases = new Map<string, number>();
  for (const { lease } of state.leases())
    leases.set(lease.serviceType, (leases.get(lease.serviceType) ?? 0) + 1);
  return [...state.ranges()]
    .map(({ name, start, end, madeAt }) => ({
      service_type: name,
      start,
      end,
      made_at: new Date(madeAt).toISOString(),
      leases: leases.get(name) ?? 0,
      in_config: isInFile(context, { name, start, end }),
    }))
    .sort((a, b) => a.start - b.start);
}
