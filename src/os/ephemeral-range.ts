// Owns the question which ports the system itself hands out to outgoing connections.

import { readFileSync } from 'node:fs';
import type { PortRange } from '../core/port-range.ts';

/** IANA's dynamic ports; macOS and Windows hand these out. */
export const DEFAULT_EPHEMERAL_RANGE: PortRange = { start: 49_152, end: 65_535 };

const LINUX_SETTING = '/proc/sys/net/ipv4/ip_local_port_range';

/**
 * The range from which the system picks ports by itself. In it, any program can lose a port to somebody's outgoing
 * connection between two starts; outside it, never.
 *
 * @param platform as `process.platform` names it
 * @returns the machine's setting on Linux (which also covers IPv6), else 49152–65535
 */
export function ephemeralRange(platform: NodeJS.Platform = process.platform): PortRange {
  if (platform !== 'linux') return DEFAULT_EPHEMERAL_RANGE;
  try {
    return parseLocalPortRange(readFileSync(LINUX_SETTING, 'latin1')) ?? DEFAULT_EPHEMERAL_RANGE;
  } catch {
    return DEFAULT_EPHEMERAL_RANGE;
  }
}

/**
 * Reads `ip_local_port_range`: two ports, parted by a tab.
 *
 * @returns null when `text` is something else
 */
export function parseLocalPortRange(text: string): PortRange | null {
  const [, first = '', last = ''] = /^\s*(\d{1,5})\s+(\d{1,5})\s*$/.exec(text) ?? [];
  const range = { start: Number(first), end: Number(last) };
  return range.start >= 1 && range.start <= range.end && range.end <= 65_535 ? range : null;
}
