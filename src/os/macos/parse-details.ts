// Owns the reading of what `ps` and `lsof` print of processes on macOS.

/**
 * Reads lines of a pid and one text, such as those of `ps -ww -o pid=,comm=`.
 *
 * @returns the text by pid
 */
export function parseByPid(text: string): Map<number, string> {
  const texts = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [, pid, rest = ''] = /^(\d+)\s+(\S.*)$/.exec(line.trim()) ?? [];
    if (pid !== undefined) texts.set(Number(pid), rest);
  }
  return texts;
}

/**
 * Reads the working directories out of `lsof -a -d cwd -F0pn`.
 *
 * @returns the paths by pid
 */
export function parseCwds(text: string): Map<number, string> {
  const cwds = new Map<number, string>();
  let pid: number | null = null;
  for (const field of text.split(/\0\n?/)) {
    if (/^p\d+$/.test(field)) pid = Number(field.slice(1));
    else if (field.startsWith('n/') && pid !== null) cwds.set(pid, field.slice(1));
  }
  return cwds;
}
