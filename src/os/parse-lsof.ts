// Owns the reading of what `lsof -F0` prints of network sockets, on Linux and macOS.

import { isPid, isPort, plainAddress, type SocketOwner, type SocketRow } from './socket-row.ts';

/** The letters of the fields that are asked for: process, command, user, type, device, protocol, name, state. */
export const LSOF_FIELDS = 'pcutdPnT';

interface Socket extends Omit<SocketRow, 'owners'> {
  readonly owners: SocketOwner[];
}

/**
 * Reads the sockets that take a port. `lsof` prints a socket once for each descriptor of each process; here it is one
 * row with all its owners. Control characters in names come escaped, so that a line is a line.
 *
 * @param text the output of `lsof -nP -i -F0` with `LSOF_FIELDS`; what is no part of it is passed over
 */
export function parseLsof(text: string): SocketRow[] {
  const sockets = new Map<string, Socket>();
  let owner: SocketOwner | null = null;
  let uid: number | null = null;
  for (const line of text.split('\n')) {
    const fields = fieldsOf(line);
    const pid = fields.get('p')?.[0];
    if (pid !== undefined) {
      owner =
        /^\d+$/.test(pid) && isPid(Number(pid))
          ? { pid: Number(pid), process: fields.get('c')?.[0] ?? null }
          : null;
      uid = /^\d+$/.test(fields.get('u')?.[0] ?? '') ? Number(fields.get('u')?.[0]) : null;
      continue;
    }
    const socket = owner === null ? null : socketOf(fields, uid);
    if (owner === null || socket === null) continue;
    const { pid: ownPid } = owner;
    const id = `${socket.protocol} ${socket.address} ${socket.port} ${fields.get('d')?.[0] ?? ownPid}`;
    const known = sockets.get(id);
    if (known === undefined) sockets.set(id, { ...socket, owners: [owner] });
    else if (known.owners.every((each) => each.pid !== ownPid)) known.owners.push(owner);
  }
  return [...sockets.values()];
}

/** The fields of a line by their letter, each of which may stand there several times. */
function fieldsOf(line: string): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, string[]>();
  for (const field of line.split('\0')) {
    const letter = field.charAt(0);
    const values = fields.get(letter);
    if (values === undefined) fields.set(letter, [field.slice(1)]);
    else values.push(field.slice(1));
  }
  return fields;
}

function socketOf(
  fields: ReadonlyMap<string, readonly string[]>,
  uid: number | null,
): Omit<SocketRow, 'owners'> | null {
  const protocol = fields.get('P')?.[0];
  if (protocol !== 'TCP' && protocol !== 'UDP') return null;
  // Who is connected has `->` in the name, and takes the port from nobody who listens.
  const [, host, port] = /^(\S+):(\d{1,5})$/.exec(fields.get('n')?.[0] ?? '') ?? [];
  if (host === undefined || host.includes('->') || !isPort(Number(port))) return null;
  if (protocol === 'TCP' && fields.get('T')?.includes('ST=LISTEN') !== true) return null;
  return {
    protocol: protocol === 'TCP' ? 'tcp' : 'udp',
    port: Number(port),
    address: host === '*' && fields.get('t')?.[0] === 'IPv4' ? '0.0.0.0' : plainAddress(host),
    uid,
    inode: null,
  };
}
