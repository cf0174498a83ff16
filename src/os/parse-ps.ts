// Owns the reading of what `ps -axo pid=,ppid=,stat=,lstart=` prints.

export interface PsRow {
  readonly pid: number;
  readonly parentPid: number;
  readonly isZombie: boolean;
  /** When it started, to the second, in the words of `ps`; compared for equality only. */
  readonly start: string;
}

/**
 * Reads the rows of `text`; what is no row is passed over.
 *
 * @param text printed in the C locale, so that a date has the same words each time
 */
export function parsePs(text: string): PsRow[] {
  const rows: PsRow[] = [];
  for (const line of text.split('\n')) {
    const [, pid, parentPid, state = '', start = ''] =
      /^(\d+)\s+(\d+)\s+(\S+)\s+(\S.*)$/.exec(line.trim()) ?? [];
    if (pid === undefined) continue;
    rows.push({
      pid: Number(pid),
      parentPid: Number(parentPid),
      isZombie: state.startsWith('Z'),
      start: start.replace(/\s+/g, ' '),
    });
  }
  return rows;
}
