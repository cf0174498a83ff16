// Owns the ways to read the kernel's socket table: `ss`, /proc/net, `lsof`, `netstat`, the first that answers.

import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { join } from 'node:path';
import type { Protocol } from '../../core/lease.ts';
import { readLsof } from '../lsof-source.ts';
import { collect, lineBlocks, newPace } from '../pace.ts';
import { findProgram, programOutput } from '../program-output.ts';
import type { SocketReading, SocketSource } from '../socket-row.ts';
import { createLauncher, type Launcher } from './launcher.ts';
import { parseNetstat } from './parse-netstat.ts';
import { parseProcNet } from './parse-proc-net.ts';
import { parseSs } from './parse-ss.ts';

const PROC_NET: readonly (readonly [Protocol, string])[] = [
  ['tcp', 'tcp'],
  ['tcp', 'tcp6'],
  ['udp', 'udp'],
  ['udp', 'udp6'],
];

/** Every source that Linux has, by name, in the order in which they are asked: the cheapest that knows owners first. */
export const LINUX_SOURCES: Readonly<Record<string, () => SocketSource>> = {
  ss: createSsSource,
  '/proc': () => () => readProcNet(),
  lsof: () => readLsof,
  netstat: () => readNetstat,
};

function createSsSource(): SocketSource {
  let launcher: Launcher | null = null;
  return async () => {
    if (launcher === null) {
      const path = await findProgram('ss');
      if (path === null) return null;
      launcher = createLauncher(path, ['-Hltunpe']);
    }
    const text = await launcher.run();
    // Found anew the next time: it may have been moved or replaced.
    if (text === null) launcher = null;
    return text === null ? null : { rows: await collect(parseSs(text)), hasOwners: true };
  };
}

/**
 * Reads the kernel's own files, which takes it milliseconds: in another thread, whatever they hold.
 *
 * @param net the folder that they are in
 * @returns null where one of them cannot be read: half a table would show its ports as free
 */
export async function readProcNet(net = '/proc/net'): Promise<SocketReading | null> {
  const isLittleEndian = endianness() === 'LE';
  const pace = newPace();
  const rows = [];
  for (const [protocol, name] of PROC_NET) {
    const text = await readFile(join(net, name), 'latin1').catch((error: NodeJS.ErrnoException) =>
      // A kernel without IPv6 lacks its two files.
      name.endsWith('6') && error.code === 'ENOENT' ? '' : null,
    );
    if (text === null) return null;
    for (const block of lineBlocks(text)) {
      rows.push(...parseProcNet(block, protocol, isLittleEndian));
      if (pace.isDue()) await pace.rest();
    }
  }
  return { rows, hasOwners: false };
}

async function readNetstat(): Promise<SocketReading | null> {
  const path = await findProgram('netstat');
  const text = path === null ? null : await programOutput(path, ['-tulnpeW']);
  return text === null ? null : { rows: await collect(parseNetstat(text)), hasOwners: true };
}
