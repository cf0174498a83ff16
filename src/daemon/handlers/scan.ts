// Owns the handler that lists every port in use, with its process and lease, without keeping the daemon from its other work.

import { leaseJson } from '../../api/lease-json.ts';
import type { PortInUse } from '../../api/schemas-scan.ts';
import type { Reading } from '../../coordinator/contract.ts';
import { snapshot } from '../../core/life.ts';
import { contains, MAX_PORT, MIN_PORT } from '../../core/port-range.ts';
import { StyxyError } from '../../errors.ts';
import type { Listener } from '../../os/os.ts';
import type { Handler } from '../context.ts';
import { jsonInPieces, jsonList } from '../json-pieces.ts';
import { maskSecrets } from '../mask-secrets.ts';

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
  const entries = jsonList(sorted, (piece) =>
    context.coordinator.query((reading) =>
      JSON.stringify(piece.map((listener) => entryOf(listener, reading, mask))),
    ),
  );
  return jsonInPieces(reply, { ...range, count: sorted.length }, { ports_in_use: entries });
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
