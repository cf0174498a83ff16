// Owns the reading of what `ss -Hltunpe` prints.

import { isPid, isPort, plainAddress, type SocketOwner, type SocketRow } from '../socket-row.ts';

/**
 * The whole head of a row. A process may have quotes, brackets and newlines in its name, which `ss` prints as they
 * are, but a name has 15 bytes: too few to forge this much of a row.
 */
const HEAD =
  /^(tcp|udp)[ \t]+(?:LISTEN|UNCONN)[ \t]+\d+[ \t]+\d+[ \t]+(\S+):(\d{1,5})[ \t]+\S+:\S+[ \t]*(users:\()?/gm;

/** One owner. A name that imitates the end of one makes at worst a list that cannot be read, and so no owner. */
const OWNER =
  /\("([\s\S]{0,15}?)",pid=(\d+),fd=\d+\)(?:(,)(?=\(")|\)(?=[ \t]+(?:timer:\S+[ \t]+)?(?:uid:\d+[ \t]+)?ino:\d))/y;

/** Sockets of root have no `uid:`. Anchored, since the control group that ends the row may be named like anything. */
const EXTRA = /[ \t]*(?:timer:\S+[ \t]+)?(?:uid:(\d+)[ \t]+)?ino:(\d+)/y;

/**
 * Reads the sockets out of `text`, one when asked for.
 *
 * @param text the output of `ss -Hltunpe`; what is no row of it is passed over
 */
export function* parseSs(text: string): Generator<SocketRow> {
  for (let at = 0; ; ) {
    // Another text may have been read since the last row.
    HEAD.lastIndex = at;
    const head = HEAD.exec(text);
    if (head === null) return;
    const [, protocol, address = '', port, users] = head;
    const owners = users === undefined ? { list: [], end: HEAD.lastIndex } : ownersAt(text, HEAD.lastIndex);
    EXTRA.lastIndex = owners.end;
    const extra = EXTRA.exec(text);
    at = owners.end;
    if (!isPort(Number(port))) continue;
    yield {
      protocol: protocol === 'udp' ? 'udp' : 'tcp',
      port: Number(port),
      address: plainAddress(address),
      uid: extra === null ? null : Number(extra[1] ?? 0),
      inode: extra?.[2] === undefined || extra[2] === '0' ? null : extra[2],
      owners: owners.list,
    };
  }
}

/** The owners from `start`, each process once however many descriptors it has, and where their list ends. */
function ownersAt(text: string, start: number): { list: readonly SocketOwner[]; end: number } {
  const list: SocketOwner[] = [];
  for (let end = start; ; ) {
    OWNER.lastIndex = end;
    const owner = OWNER.exec(text);
    // A list that does not end as it should was cut off or is not what it seems: better no owner than a wrong one.
    if (owner === null) return { list: [], end: start };
    end = OWNER.lastIndex;
    const pid = Number(owner[2]);
    if (!isPid(pid)) return { list: [], end: start };
    if (list.every((each) => each.pid !== pid)) list.push({ pid, process: owner[1] ?? null });
    if (owner[3] === undefined) return { list, end };
  }
}
