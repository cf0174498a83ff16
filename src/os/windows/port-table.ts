// Owns the table of listeners on Windows: `netstat` for the sockets, PowerShell for the processes. Not yet run there.

import { join } from 'node:path';
import type { Protocol } from '../../core/lease.ts';
import { contains, type PortRange } from '../../core/port-range.ts';
import { createEngines, engineSockets } from '../containers/engine.ts';
import { createContainerLookup } from '../containers/lookup.ts';
import type { Listener, PortTable } from '../os.ts';
import { createPortTableOf, type ProcessDetails } from '../port-table.ts';
import { programOutput } from '../program-output.ts';
import type { SocketReading } from '../socket-row.ts';
import { parseExcludedRanges } from './parse-excluded.ts';
import { parseWindowsNetstat } from './parse-netstat.ts';
import { parseTasklist } from './parse-processes.ts';
import { listWindowsProcesses, system32 } from './processes.ts';

/** The listeners, and for ports that are asked for one by one also the ranges that Windows keeps for itself. */
export function createWindowsPortTable(): PortTable {
  const table = createPortTableOf({
    source: readWindowsNetstat,
    findOwners: async () => new Map(),
    details: detailsOf,
    userName: String,
    containers: createContainerLookup(createEngines(engineSockets('win32', process.env)), async () => []),
  });
  return {
    sockets: table.sockets,
    async listeners(query) {
      const listeners = await table.listeners(query);
      if (listeners === null || !(query?.ports instanceof Set)) return listeners;
      const ports: readonly number[] = [...query.ports];
      const free = ports.filter((port) => listeners.every((listener) => listener.port !== port));
      return free.length === 0 ? listeners : [...listeners, ...(await excluded(free))];
    },
  };
}

async function readWindowsNetstat(): Promise<SocketReading | null> {
  const text = await programOutput(join(system32(), 'netstat.exe'), ['-ano']);
  const rows = text === null ? [] : parseWindowsNetstat(text);
  // We listen ourselves, so that nothing at all is a failure.
  return rows.length === 0 ? null : { rows, hasOwners: true };
}

async function detailsOf(pids: readonly number[]): Promise<ReadonlyMap<number, ProcessDetails>> {
  if (pids.length === 0) return new Map();
  const processes = await listWindowsProcesses();
  if (processes !== null) {
    const known = new Map(processes.map((each) => [each.pid, each]));
    return new Map(
      pids.map((pid) => {
        const { name = null, command = null } = known.get(pid) ?? {};
        return [pid, { process: name, command, cwd: null }];
      }),
    );
  }
  const text = await programOutput(join(system32(), 'tasklist.exe'), ['/fo', 'csv', '/nh']);
  const names = parseTasklist(text ?? '');
  return new Map(pids.map((pid) => [pid, { process: names.get(pid) ?? null, command: null, cwd: null }]));
}

/** A port in such a range is not in use, and cannot be bound all the same. */
async function excluded(ports: readonly number[]): Promise<Listener[]> {
  const protocols: readonly Protocol[] = ['tcp', 'udp'];
  const found = await Promise.all(
    protocols.map(async (protocol) => {
      const words = ['int', 'ipv4', 'show', 'excludedportrange', `protocol=${protocol}`];
      const text = await programOutput(join(system32(), 'netsh.exe'), words);
      const ranges = parseExcludedRanges(text ?? '');
      return ports.flatMap((port) =>
        ranges
          .filter((range) => contains(range, port))
          .slice(0, 1)
          .map((range) => reservedBy(protocol, port, range)),
      );
    }),
  );
  return found.flat();
}

function reservedBy(protocol: Protocol, port: number, { start, end }: PortRange): Listener {
  const process = `Windows (excluded port range ${start}-${end})`;
  const unknown = { pid: null, command: null, user: null, cwd: null, container: null };
  return { protocol, port, addresses: [], process, ...unknown };
}
