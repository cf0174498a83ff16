// Owns the question where the ports begin that the system itself hands out to outgoing connections.

import { readFileSync } from 'node:fs';

/** IANA's dynamic ports begin here; macOS and Windows hand these out. */
export const DEFAULT_EPHEMERAL_START = 49_152;

const LINUX_SETTING = '/proc/sys/net/ipv4/ip_local_port_range';

/**
 * The first port of the range from which the system picks ports by itself. From there on, any program can lose a port
 * to somebody's outgoing connection between two starts; below it, never.
 *
 * @param platform as `process.platform` names it
 * @returns the machine's setting on Linux (which also covers IPv6), else 49152
 */
export function ephemeralStart(platform: NodeJS.Platform = process.platform): number {
  if (platform !== 'linux') return DEFAULT_EPHEMERAL_START;
  try {
    return parseLocalPortRange(readFileSync(LINUX_SETTING, 'latin1')) ?? DEFAULT_EPHEMERAL_START;
  } catch {
    return DEFAULT_EPHEMERAL_START;
  }
}

/**
 * Reads `ip_local_port_range`: two ports, parted by a tab.
 *
 * @returns the first, or null when `text` is something else
 */
export function parseLocalPortRange(text: string): number | null {
  const start = /^\s*(\d{1,5})\s+\d{1,5}\s*$/.exec(text)?.[1];
  if (start === undefined) return null;
  const port = Number(start);
  return port >= 1 && port <= 65_535 ? port : null;
}
