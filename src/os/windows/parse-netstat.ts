// Owns the reading of what Windows' `netstat -ano` prints.

import { isPort, ownersNamed, plainAddress, type SocketRow } from '../socket-row.ts';

/**
 * A TCP socket listens when nobody is on its other side. The word for the state is another one in every language of
 * Windows, and so is not looked at.
 */
const ROW =
  /^[ \t]*(TCP|UDP)[ \t]+(\S+):(\d{1,5})[ \t]+(?:0\.0\.0\.0:0|\[::\]:0|\*:\*)[ \t]+(?:[^\d\s]\S*[ \t]+)?(\d+)[ \t]*\r?$/gm;

/** Reads the sockets that take a port; what is no row is passed over. */
export function parseWindowsNetstat(text: string): SocketRow[] {
  const rows = Array.from(
    text.matchAll(ROW),
    ([, protocol, host = '', port, pid]): SocketRow => ({
      protocol: protocol === 'UDP' ? 'udp' : 'tcp',
      port: Number(port),
      address: plainAddress(host),
      uid: null,
      inode: null,
      // 0 is the idle process: nobody's socket.
      owners: ownersNamed(pid, ''),
    }),
  );
  return rows.filter(({ port }) => isPort(port));
}
