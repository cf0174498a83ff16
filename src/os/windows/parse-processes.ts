// Owns the reading of what Windows says of processes: PowerShell's objects, and `tasklist` where there is no PowerShell.

/** What asks for them; the start is a number of 100 ns since 1601, compared for equality only. */
export const PROCESS_QUERY =
  'Get-CimInstance Win32_Process | Select-Object ProcessId,ParentProcessId,Name,CommandLine,' +
  "@{n='Start';e={if ($_.CreationDate) {[string]$_.CreationDate.ToFileTimeUtc()}}} | ConvertTo-Json -Compress";

export interface WindowsProcess {
  readonly pid: number;
  /** 0 where there is none. */
  readonly parentPid: number;
  readonly name: string;
  /** Null for processes of other users. */
  readonly command: string | null;
  readonly start: string | null;
}

/**
 * Reads the answer to `PROCESS_QUERY`: an array, or one object where there is one process.
 *
 * @returns null when `text` is no such thing
 */
export function parseCimProcesses(text: string): WindowsProcess[] | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return null;
  }
  const list: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  const processes = list.flatMap((each) => {
    if (typeof each !== 'object' || each === null) return [];
    const { ProcessId, ParentProcessId, Name, CommandLine, Start } = each as Record<string, unknown>;
    if (typeof ProcessId !== 'number' || typeof Name !== 'string') return [];
    return [
      {
        pid: ProcessId,
        parentPid: typeof ParentProcessId === 'number' ? ParentProcessId : 0,
        name: Name,
        command: typeof CommandLine === 'string' && CommandLine !== '' ? CommandLine : null,
        start: typeof Start === 'string' && Start !== '' ? Start : null,
      },
    ];
  });
  return processes.length === 0 ? null : processes;
}

/** Reads `tasklist /fo csv /nh`: the names by pid. A name may have commas; a quotation mark no file may have. */
export function parseTasklist(text: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const [, name = '', pid] of text.matchAll(/^"([^"]*)","(\d+)",/gm)) names.set(Number(pid), name);
  return names;
}
