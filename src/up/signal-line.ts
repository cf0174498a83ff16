// Owns the line by which one service of several gets signals, while others of the same process get none.

import type { ReceivedSignal, ReceiveSignals } from '../run/signals.ts';

export interface SignalLine {
  /** For the run that gets them. */
  readonly receive: ReceiveSignals;
  /** Passes a signal on; one that comes before the command is there is not lost. */
  send(signal: ReceivedSignal): void;
}

export function signalLine(): SignalLine {
  let receiver: ((received: ReceivedSignal) => void) | null = null;
  let early: ReceivedSignal | null = null;
  return {
    receive(next) {
      receiver = next;
      const waiting = early;
      early = null;
      // Not before the command is started, which comes right after.
      if (waiting !== null) queueMicrotask(() => next({ ...waiting, isForCommand: true }));
      return () => {
        if (receiver === next) receiver = null;
      };
    },
    send(signal) {
      if (receiver === null) early = signal;
      else receiver(signal);
    },
  };
}
