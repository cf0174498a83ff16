// Owns the sending of a signal.

/** Sends a signal; a process that is gone, or somebody else's, is not ours to end. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Nothing is owed to it.
  }
}
