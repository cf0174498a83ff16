// Owns the table of all checks, in the order in which they are told.

import type { Check } from './check.ts';
import { agentHooks } from './checks/agent-hooks.ts';
import { apiPort } from './checks/api-port.ts';
import { autostartLayers } from './checks/autostart-layers.ts';
import { configuration } from './checks/configuration.ts';
import { containers } from './checks/containers.ts';
import { daemonAnswers } from './checks/daemon-answers.ts';
import { diskSpace } from './checks/disk-space.ts';
import { ephemeralRange } from './checks/ephemeral-range.ts';
import { fileSystem } from './checks/file-system.ts';
import { foreignListeners } from './checks/foreign-listeners.ts';
import { hijackedLeases } from './checks/hijacked-leases.ts';
import { homeDirectory } from './checks/home-directory.ts';
import { homeFiles } from './checks/home-files.ts';
import { ipv6 } from './checks/ipv6.ts';
import { leftovers } from './checks/leftovers.ts';
import { localhost } from './checks/localhost.ts';
import { mcpEntries } from './checks/mcp-entries.ts';
import { nodeVersion } from './checks/node-version.ts';
import { orphans } from './checks/orphans.ts';
import { socket } from './checks/socket.ts';
import { staleLeases } from './checks/stale-leases.ts';
import { storeIntegrity } from './checks/store-integrity.ts';
import { token } from './checks/token.ts';
import { versionSkew } from './checks/version-skew.ts';
import { wsl } from './checks/wsl.ts';

export const CHECKS: readonly Check[] = [
  nodeVersion,
  homeDirectory,
  homeFiles,
  fileSystem,
  diskSpace,
  token,
  daemonAnswers,
  versionSkew,
  socket,
  leftovers,
  apiPort,
  storeIntegrity,
  configuration,
  ephemeralRange,
  foreignListeners,
  staleLeases,
  hijackedLeases,
  orphans,
  ipv6,
  localhost,
  autostartLayers,
  agentHooks,
  mcpEntries,
  wsl,
  containers,
];
