// Owns the signals: which are passed on to a command, and which one it has already.

import { isInForeground } from './terminal.ts';

const PASSED_ON: readonly NodeJS.Signals[] =
  process.platform === 'win32'
    ? ['SIGINT', 'SIGTERM', 'SIGHUP']
    : ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'];

/** What a key on the terminal sends, to every process in the foreground at once. */
const FROM_KEYBOARD: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];

/** A signal that came in, and whether the command still needs to be told. */
export interface ReceivedSignal {
  readonly signal: NodeJS.Signals;
  readonly isForCommand: boolean;
}

/** Passes signals on to `receive` until what it returns is called. */
export type ReceiveSignals = (receive: (received: ReceivedSignal) => void) => () => void;

/**
 * Calls `receive` for each signal that belongs to the command; from now on none of them ends this process.
 *
 * @param isForeground whether a key on the terminal reaches the command too; a second ctrl-C would kill programs
 *   that use the first one to shut down
 * @returns ends it
 */
export function receiveSignals(
  receive: (received: ReceivedSignal) => void,
  isForeground: () => boolean = isInForeground,
): () => void {
  const listener = (signal: NodeJS.Signals): void => {
    receive({ signal, isForCommand: !(FROM_KEYBOARD.includes(signal) && isForeground()) });
  };
  for (const signal of PASSED_ON) process.on(signal, listener);
  return () => {
    for (const signal of PASSED_ON) process.off(signal, listener);
  };
}
