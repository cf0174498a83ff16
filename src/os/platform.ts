// Owns the one switch between operating systems.

import { createLinuxPortTable } from './linux/port-table.ts';
import { createLinuxProcessNames } from './linux/process-names.ts';
import { createLinuxProcessTable } from './linux/process-table.ts';
import { createMacPortTable } from './macos/port-table.ts';
import type { PortTable, ProcessNames, ProcessTable, ProcessTree } from './os.ts';
import { createPosixProcessNames } from './posix-process-names.ts';
import { createPosixProcessTable } from './posix-process-table.ts';
import { createWindowsPortTable } from './windows/port-table.ts';
import { createWindowsProcessTable } from './windows/processes.ts';

/** Where nothing can be read: every answer means "unknown". */
const UNKNOWN_PORTS: PortTable = { listeners: async () => null, sockets: async () => null };

/**
 * The table of listeners of this operating system. Nobody has run those of macOS and Windows there yet.
 *
 * @param platform as `process.platform` names it
 */
export function createPortTable(platform: NodeJS.Platform = process.platform): PortTable {
  switch (platform) {
    case 'linux':
      return createLinuxPortTable();
    case 'darwin':
      return createMacPortTable();
    case 'win32':
      return createWindowsPortTable();
    default:
      return UNKNOWN_PORTS;
  }
}

/**
 * The table of processes of this operating system: /proc on Linux, PowerShell on Windows, `ps` on other Unixes.
 *
 * @param platform as `process.platform` names it
 */
export function createProcessTable(platform: NodeJS.Platform = process.platform): ProcessTable & ProcessTree {
  switch (platform) {
    case 'linux':
      return createLinuxProcessTable();
    case 'win32':
      return createWindowsProcessTable();
    default:
      return createPosixProcessTable();
  }
}

/**
 * What the processes of this operating system are called. On Windows nobody says: a guard there knows processes by their
 * ports and pids alone.
 *
 * @param platform as `process.platform` names it
 */
export function createProcessNames(platform: NodeJS.Platform = process.platform): ProcessNames {
  switch (platform) {
    case 'linux':
      return createLinuxProcessNames();
    case 'win32':
      return { facts: () => null };
    default:
      return createPosixProcessNames();
  }
}
