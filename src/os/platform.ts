// Owns the one switch between operating systems.

import { createLinuxPortTable } from './linux/port-table.ts';
import { createLinuxProcessTable } from './linux/process-table.ts';
import type { PortTable, ProcessTable, ProcessTree } from './os.ts';
import { createPosixProcessTable } from './posix-process-table.ts';

/** Where nothing can be read yet: every answer means "unknown". */
const UNKNOWN_PORTS: PortTable = { listeners: async () => null, sockets: async () => null };

const UNKNOWN_PROCESSES: ProcessTable & ProcessTree = {
  identify: () => null,
  life: () => 'unknown',
  ancestors: () => [],
  cwd: () => null,
  descendants: () => [],
  withEnvironment: () => [],
};

/**
 * The table of listeners of this operating system. Only Linux has one so far; elsewhere it answers null.
 *
 * @param platform as `process.platform` names it
 */
export function createPortTable(platform: NodeJS.Platform = process.platform): PortTable {
  return platform === 'linux' ? createLinuxPortTable() : UNKNOWN_PORTS;
}

/**
 * The table of processes of this operating system: /proc on Linux, `ps` on other Unixes, nothing on Windows yet.
 *
 * @param platform as `process.platform` names it
 */
export function createProcessTable(platform: NodeJS.Platform = process.platform): ProcessTable & ProcessTree {
  switch (platform) {
    case 'linux':
      return createLinuxProcessTable();
    case 'win32':
      return UNKNOWN_PROCESSES;
    default:
      return createPosixProcessTable();
  }
}
