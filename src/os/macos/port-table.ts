// Owns the table of listeners on macOS: `netstat` for the sockets, `ps` and `lsof` for the processes. Not yet run there.

import { posix } from 'node:path';
import { createEngines, engineSockets } from '../containers/engine.ts';
import { createContainerLookup } from '../containers/lookup.ts';
import { firstToAnswer } from '../first-to-answer.ts';
import { readLsof } from '../lsof-source.ts';
import type { PortTable } from '../os.ts';
import { createPortTableOf, type ProcessDetails } from '../port-table.ts';
import { programOutput } from '../program-output.ts';
import type { SocketReading } from '../socket-row.ts';
import { parseByPid, parseCwds } from './parse-details.ts';
import { parseMacNetstat } from './parse-netstat.ts';

/** `netstat` is far cheaper than `lsof`, and shows everybody's sockets. */
export function createMacPortTable(): PortTable {
  return createPortTableOf({
    source: firstToAnswer([readMacNetstat, readLsof]),
    findOwners: async () => new Map(),
    details: detailsOf,
    userName: String,
    containers: createContainerLookup(createEngines(engineSockets('darwin', process.env)), async () => []),
  });
}

async function readMacNetstat(): Promise<SocketReading | null> {
  const texts = await Promise.all(
    ['tcp', 'udp'].map((protocol) => programOutput('/usr/sbin/netstat', ['-anvW', '-p', protocol])),
  );
  const rows = texts.map((text) => (text === null ? null : parseMacNetstat(text)));
  if (rows.includes(null)) return null;
  return { rows: rows.flatMap((each) => each ?? []), hasOwners: true };
}

async function detailsOf(pids: readonly number[]): Promise<ReadonlyMap<number, ProcessDetails>> {
  if (pids.length === 0) return new Map();
  const list = pids.join(',');
  const ps = async (column: string) =>
    parseByPid(
      (await programOutput('/bin/ps', ['-ww', '-o', `pid=,${column}=`, '-p', list], { mayFail: true })) ?? '',
    );
  const [names, commands, users, cwds] = await Promise.all([
    ps('comm'),
    ps('command'),
    ps('user'),
    programOutput('/usr/sbin/lsof', ['-a', '-w', '-d', 'cwd', '-p', list, '-F0pn'], { mayFail: true }),
  ]);
  const cwdOf = parseCwds(cwds ?? '');
  return new Map(
    pids.map((pid) => [
      pid,
      {
        process: posix.basename(names.get(pid) ?? '') || null,
        command: commands.get(pid) ?? null,
        cwd: cwdOf.get(pid) ?? null,
        user: users.get(pid) ?? null,
      },
    ]),
  );
}
