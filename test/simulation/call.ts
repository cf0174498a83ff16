// Owns the call: one command of one client on its way to the daemon and back, and how it ends.

import type { Outcome } from '../../src/coordinator/contract.ts';
import type { Command } from '../../src/core/command.ts';
import type { Replies } from '../../src/core/reply.ts';
import { StyxyError } from '../../src/errors.ts';
import { briefAnswer, briefCommand } from './brief.ts';
import type { World } from './world.ts';

export interface Call {
  readonly id: number;
  readonly command: Command;
  /** When it, or another one with its request id, was sent for the first time. */
  firstAt: number;
  readonly sentAt: number;
  answeredAt: number | null;
}

/** How a call ends for its client. `lost`: nobody knows whether it took effect. */
export type Answer<Reply> =
  | { readonly kind: 'outcome'; readonly outcome: Outcome<Reply> }
  | { readonly kind: 'fault'; readonly error: StyxyError }
  | { readonly kind: 'lost' };

/** The longest way (ms) between a client and the daemon. */
const LATENCY_MS = 20;
/** Of a thousand answers so many are lost on the way. */
const LOST_PER_MILLE = 30;

/** Sends a command to the daemon. */
export function send<Kind extends Command['kind']>(
  world: World,
  command: Extract<Command, { kind: Kind }>,
  onAnswer: (answer: Answer<Replies[Kind]>) => void,
): void {
  const { daemon, chaos, auditor, timeline } = world;
  const id = ++world.calls;
  if (daemon?.coordinator == null) {
    timeline.after(chaos.int(1, 10), () => onAnswer({ kind: 'lost' }));
    return;
  }
  const call: Call = { id, command, firstAt: timeline.now, sentAt: timeline.now, answeredAt: null };
  auditor.begin(call);
  world.log(`call ${id} ${briefCommand(command)}`);
  let isOver = false;
  const end = (answer: Answer<Replies[Kind]>): void => {
    if (isOver) return;
    isOver = true;
    daemon.broken.delete(breaks);
    world.log(`answer ${id} ${briefAnswer(answer)}`);
    auditor.answers.end(call, answer);
    onAnswer(answer);
  };
  const breaks = (): void => end({ kind: 'lost' });
  daemon.broken.add(breaks);
  const back = (answer: Answer<Replies[Kind]>): void => {
    const isLost = chaos.int(1, 1000) <= LOST_PER_MILLE;
    timeline.after(chaos.int(0, LATENCY_MS), () => end(isLost ? { kind: 'lost' } : answer));
  };
  timeline.after(chaos.int(0, LATENCY_MS), () =>
    daemon.gate.enter(() => {
      const { coordinator } = daemon;
      if (coordinator === null) return;
      const decide = () => coordinator.submit<Kind>(command);
      const isOfRanges = command.kind === 'undo-range' || command.kind === 'consolidate';
      const decided = isOfRanges ? daemon.ranges.changing(coordinator, command, decide) : decide();
      decided.then(
        (outcome) => daemon.gate.enter(() => back({ kind: 'outcome', outcome })),
        (error) =>
          daemon.gate.enter(() => {
            if (!(error instanceof StyxyError)) world.onFault(error);
            else back({ kind: 'fault', error });
          }),
      );
    }),
  );
}
