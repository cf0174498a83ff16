// Owns the reading of /proc/net/tcp, tcp6, udp and udp6.

import type { Protocol } from '../../core/lease.ts';
import { plainAddress, type SocketRow } from '../socket-row.ts';

/** The state in which a socket takes a port, as the kernel numbers it: TCP listens, UDP is bound and not connected. */
const TAKING_STATE: Record<Protocol, string> = { tcp: '0A', udp: '07' };

const ROW =
  /^ *\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{2}) \S+ \S+ \S+ +(\d+) +\d+ +(\d+)/gm;

/**
 * Reads the sockets that take a port out of one of the four files.
 *
 * @param text the file's content
 * @param isLittleEndian the machine's byte order, in which the file has the words of an address
 */
export function parseProcNet(text: string, protocol: Protocol, isLittleEndian = true): SocketRow[] {
  const rows: SocketRow[] = [];
  for (const [, address = '', port = '', state, uid, inode] of text.matchAll(ROW)) {
    if (state !== TAKING_STATE[protocol]) continue;
    rows.push({
      protocol,
      port: Number.parseInt(port, 16),
      address: plainAddress(parseHexAddress(address, isLittleEndian)),
      uid: Number(uid),
      inode: inode === undefined || inode === '0' ? null : inode,
      owners: [],
    });
  }
  return rows;
}

/** An address as the kernel prints it: 32-bit words in hexadecimal, each in the machine's byte order. */
function parseHexAddress(hex: string, isLittleEndian: boolean): string {
  const bytes = Buffer.from(hex, 'hex');
  if (isLittleEndian) bytes.swap32();
  if (bytes.length === 4) return bytes.join('.');
  if (hex.slice(0, 16) === '0000000000000000' && bytes.readUInt32BE(8) === 0xffff) {
    return bytes.subarray(12).join('.');
  }
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2).toString(16));
  return shorten(groups);
}

/** Puts `::` for the first of the longest runs of zero groups (RFC 5952). */
function shorten(groups: readonly string[]): string {
  const runs = `:${groups.join(':')}:`.match(/:(?:0:){2,}/g) ?? [];
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  const full = `:${groups.join(':')}:`;
  if (longest === '') return full.slice(1, -1);
  const short = full.replace(longest, '::');
  return short === '::' ? short : short.replace(/^:(?!:)/, '').replace(/(?<!:):$/, '');
}
