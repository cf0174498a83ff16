// Owns the reading of /proc/PID/stat.

export interface ProcessStat {
  /** One letter, as `ps` shows it. */
  readonly state: string;
  /** 0 for a process whose parent is outside of the pid namespace. */
  readonly parentPid: number;
  readonly threads: number;
  /** Start time since boot in raw clock ticks, as the kernel prints it. */
  readonly startTicks: string;
}

/**
 * Reads the fields behind the process's name, which stands in parentheses and may have parentheses, spaces and
 * newlines itself: the last `)` of the text is its end.
 *
 * @returns null when `text` is no such line
 */
export function parseStat(text: string): ProcessStat | null {
  const end = text.lastIndexOf(')');
  if (end === -1) return null;
  const fields = text
    .slice(end + 1)
    .trim()
    .split(' ');
  // The state is field 3 of the manual page, the parent 4, the threads 20, the start 22.
  const [state, parentPid] = fields;
  const threads = fields[17];
  const startTicks = fields[19];
  if (state === undefined || !/^[A-Za-z]$/.test(state)) return null;
  if (parentPid === undefined || threads === undefined || startTicks === undefined) return null;
  if (![parentPid, threads, startTicks].every((field) => /^\d+$/.test(field))) return null;
  return { state, parentPid: Number(parentPid), threads: Number(threads), startTicks };
}

/**
 * Whether the process has ended: a zombie waits to be reaped, `X` is on its way out. A process whose first thread
 * has ended looks like a zombie as well, but its other threads go on serving.
 */
export function hasEnded(stat: ProcessStat): boolean {
  return stat.state === 'X' || stat.state === 'x' || (stat.state === 'Z' && stat.threads <= 1);
}
