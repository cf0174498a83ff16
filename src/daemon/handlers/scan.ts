// Owns the handler that lists every port in use, with its process and lease, without keeping the daemon from its other work.

import { leaseJson } from '../../api/lease-json.ts';
import type { PortInUse } from '../../api/schemas-scan.ts';
import type { Reading } from '../../coordinator/contract.ts';
import { snapshot } from '../../core/life.ts';
import { contains, MAX_PORT, MIN_PORT } from '../../core/port-range.ts';
import { StyxyError } from '../../errors.ts';
import type { Listener } from '../../os/os.ts';
import { newPace } from '../../os/pace.ts';
import type { Handler } from '../context.ts';
import { maskSecrets } from '../mask-secrets.ts';

/** Few enough to be joined and written in far less than a millisecond. */
const ENTRIES_PER_SLICE = 50;

export const scan: Handler<'scan'> = async (context, { query }, reply) => {
  const range = { start: query.start ?? MIN_PORT, end: query.end ?? MAX_PORT };
  if (range.start > range.end) {
    throw new StyxyError('INVALID_REQUEST', `\`start\` (${range.start}) is above \`end\` (${range.end})`, {
      hint: 'Name the lower port first; both ends are included.',
    });
  }
  const listeners = await context.portTable.listeners({
    ports: { has: (port) => contains(range, port) },
    maxAgeMs: 0,
  });
  if (listeners === null) {
    throw new StyxyError('PORTS_UNREADABLE', 'The table of listeners cannot be read on this machine');
  }
  const sorted = listeners.toSorted(byPort);
  const mask = rememberingMask();
  const pace = newPace();
  // As bytes, piece by piece: what is written in one go would block for as long as it is.
  const head = JSON.stringify({ ...range, count: sorted.length });
  const bytes: Buffer[] = [Buffer.from(`${head.slice(0, -1)},"ports_in_use":[`)];
  for (let at = 0; at < sorted.length; at += ENTRIES_PER_SLICE) {
    if (pace.isDue()) await pace.rest();
    const slice = sorted.slice(at, at + ENTRIES_PER_SLICE);
    const text = await context.coordinator.query((reading) =>
      JSON.stringify(slice.map((listener) => entryOf(listener, reading, mask))),
    );
    bytes.push(Buffer.from(`${at === 0 ? '' : ','}${text.slice(1, -1)}`));
  }
  bytes.push(Buffer.from(']}'));
  reply.header('content-type', 'application/json; charset=utf-8');
  return Buffer.concat(bytes);
};

function entryOf(listener: Listener, reading: Reading, mask: (command: string) => string): PortInUse {
  const { port, protocol, addresses, pid, process, command, user, container } = listener;
  const entry = reading.state.leaseOn(protocol, port);
  return {
    port,
    protocol,
    addresses: [...addresses],
    pid,
    process,
    command: command === null ? null : mask(command),
    user,
    container,
    lease: entry === undefined ? null : leaseJson(snapshot(reading.state, entry, reading)),
  };
}

/** A process with many ports has one command line. */
function rememberingMask(): (command: string) => string {
  const known = new Map<string, string>();
  return (command) => {
    const masked = known.get(command) ?? maskSecrets(command);
    known.set(command, masked);
    return masked;
  };
}

function byPort(a: Listener, b: Listener): number {
  return a.port - b.port || compare(a.protocol, b.protocol) || (a.pid ?? 0) - (b.pid ?? 0);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
