// Owns the live port map as resources: who has which port of this machine, and what is known of one.

import type { CheckAnswer, LeaseJson } from '../api/schemas.ts';
import { type Desk, findLeases } from './desk.ts';

/** A machine with more has nobody who reads them all. */
const MAX_LEASES = 1000;

export const PORT_MAP_URI = 'styxy://ports';
export const PORT_URI_TEMPLATE = 'styxy://ports/{port}';

export interface PortMap {
  readonly count: number;
  readonly ports: readonly {
    readonly port: number;
    readonly protocol: string;
    readonly service_type: string;
    readonly service_name: string | null;
    readonly project_path: string | null;
    readonly state: string;
    readonly url: string | null;
  }[];
}

/** Every port of every lease, ascending. */
export async function portMap(desk: Desk): Promise<PortMap> {
  const { leases, count } = await findLeases(desk, { limit: MAX_LEASES });
  const ports = leases.flatMap((lease) => lease.ports.map((port) => entryOf(lease, port)));
  return { count, ports: ports.toSorted((a, b) => a.port - b.port) };
}

/**
 * What is known of one port.
 *
 * @param text as a URI names it
 * @returns null where it is no port
 */
export async function portEntry(desk: Desk, text: string): Promise<CheckAnswer | null> {
  if (!/^[1-9]\d{0,4}$/.test(text) || Number(text) > 65_535) return null;
  return await desk.ask<CheckAnswer>('GET', `/check/${text}`);
}

function entryOf(lease: LeaseJson, port: number): PortMap['ports'][number] {
  const { protocol, service_type, service_name, project_path, state, url } = lease;
  return { port, protocol, service_type, service_name, project_path, state, url };
}
