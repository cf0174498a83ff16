import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ReceivedSignal, receiveSignals } from './signals.ts';

/** What is received when each of these signals comes once. */
function received(isForeground: boolean, ...signals: NodeJS.Signals[]): ReceivedSignal[] {
  const all: ReceivedSignal[] = [];
  const stop = receiveSignals(
    (each) => all.push(each),
    () => isForeground,
  );
  for (const signal of signals) process.emit(signal, signal);
  stop();
  return all;
}

describe('signals for a command', () => {
  it('are passed on where no key can have sent them', () => {
    assert.deepEqual(received(false, 'SIGINT', 'SIGQUIT', 'SIGTERM'), [
      { signal: 'SIGINT', isForCommand: true },
      { signal: 'SIGQUIT', isForCommand: true },
      { signal: 'SIGTERM', isForCommand: true },
    ]);
  });

  it('are not passed on from the keyboard, which has told the command itself', () => {
    assert.deepEqual(received(true, 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'), [
      { signal: 'SIGINT', isForCommand: false },
      { signal: 'SIGQUIT', isForCommand: false },
      { signal: 'SIGTERM', isForCommand: true },
      { signal: 'SIGHUP', isForCommand: true },
    ]);
  });

  it('are left alone once that was stopped', () => {
    const before = process.listenerCount('SIGUSR2');
    received(false);
    assert.equal(process.listenerCount('SIGUSR2'), before);
  });
});
