// Owns the reading of what Linux's `netstat -tulnpeW` prints.

import { isPort, ownersNamed, plainAddress, type SocketRow } from '../socket-row.ts';

/**
 * The head of a row, with the columns as wide as they always are. A program may call itself anything, newlines
 * included, and is shown with at most 19 bytes: fewer than stand before the address.
 */
const ROW =
  /^(tcp|udp)(?:6| {2})? [ \d]{6,20} [ \d]{6,20} (\S+):(\d{1,5}) +\S+:(?:\*|\d+) +(?:LISTEN +)?(?:(\d+) +(\d+) +)?(?:(\d+)\/(.*)|-)/gm;

/**
 * Reads the sockets out of `text`, one when asked for.
 *
 * @param text also without the columns of user and inode, which BusyBox does not have; what is no row is passed over
 */
export function* parseNetstat(text: string): Generator<SocketRow> {
  for (const [, protocol, address = '', port, uid, inode, pid, name = ''] of text.matchAll(ROW)) {
    if (!isPort(Number(port))) continue;
    yield {
      protocol: protocol === 'udp' ? 'udp' : 'tcp',
      port: Number(port),
      address: plainAddress(address),
      uid: uid === undefined ? null : Number(uid),
      inode: inode === undefined || inode === '0' ? null : inode,
      owners: ownersNamed(pid, name.trim()),
    };
  }
}
