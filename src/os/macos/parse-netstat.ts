// Owns the reading of what macOS's `netstat -anvW -p tcp` and `-p udp` print.

import { isPort, ownersNamed, type SocketRow } from '../socket-row.ts';

/** Up to the state; the last dot of an address is where its port begins. */
const HEAD = /^(tcp|udp)(4|6|46)\s+\d+\s+\d+\s+(\S+)\.(\d{1,5})\s+\*\.\*\s+(LISTEN\b)?\s*/;

/**
 * Reads the sockets that take a port. Where the pid stands, and whether the process's name is before it, is said by the
 * line of titles, which differs from one macOS to the next.
 *
 * @returns null when `text` has no titles that name a pid
 */
export function parseMacNetstat(text: string): SocketRow[] | null {
  const lines = text.split('\n');
  const titles = lines.find((line) => line.startsWith('Proto'))?.slice('Proto'.length) ?? '';
  const behindState = titles.split('(state)')[1]?.trim().split(/\s+/) ?? [];
  const before = behindState.findIndex((title) => title === 'pid' || title === 'process:pid');
  if (before < 0) return null;
  const owner =
    behindState[before] === 'pid'
      ? new RegExp(`^(?:\\d+\\s+){${before}}()(\\d+)(?:\\s|$)`)
      : new RegExp(`^(?:\\d+\\s+){${before}}(.*?):(\\d+)(?:\\s|$)`);
  return lines.flatMap((line) => {
    const head = HEAD.exec(line);
    if (head === null) return [];
    const [all, protocol, family, host = '', port, listens] = head;
    if (!isPort(Number(port))) return [];
    if (protocol === 'tcp' && listens === undefined) return [];
    const [, name, pid] = owner.exec(line.slice(all.length)) ?? [];
    return [
      {
        protocol: protocol === 'udp' ? 'udp' : 'tcp',
        port: Number(port),
        address: host === '*' ? (family === '4' ? '0.0.0.0' : '::') : host,
        uid: null,
        inode: null,
        owners: ownersNamed(pid, name ?? ''),
      },
    ];
  });
}
