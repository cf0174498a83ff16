// Owns the question that signal 0 answers: is there any process of this number?

/**
 * Asks the kernel without sending anything. Says `some` for zombies and for strangers on a recycled pid as well.
 *
 * @param pid a positive pid; 0 and below mean process groups and are answered `some`
 * @returns `none` only when the kernel says that there is no such process
 */
export function signalZero(pid: number): 'some' | 'none' {
  if (!Number.isInteger(pid) || pid <= 0) return 'some';
  try {
    process.kill(pid, 0);
    return 'some';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH' ? 'none' : 'some';
  }
}
