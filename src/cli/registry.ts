// Owns the list of all commands, in the order in which the help shows them.

import type { Command } from './command.ts';
import { adoptCommand } from './commands/adopt.ts';
import { allocateCommand } from './commands/allocate.ts';
import { auditCommand } from './commands/audit.ts';
import { autostartCommand } from './commands/autostart.ts';
import { checkCommand } from './commands/check.ts';
import { cleanupCommand } from './commands/cleanup.ts';
import { completionCommand } from './commands/completion.ts';
import { composeCommand } from './commands/compose.ts';
import { configCommand } from './commands/config.ts';
import { daemonCommand } from './commands/daemon.ts';
import { demoCommand } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import { downCommand } from './commands/down.ts';
import { envCommand } from './commands/env.ts';
import { eventsCommand } from './commands/events.ts';
import { explainCommand } from './commands/explain.ts';
import { hookCommand } from './commands/hook.ts';
import { hooksCommand } from './commands/hooks.ts';
import { instancesCommand } from './commands/instances.ts';
import { listCommand } from './commands/list.ts';
import { mcpCommand } from './commands/mcp.ts';
import { releaseCommand } from './commands/release.ts';
import { runCommand } from './commands/run.ts';
import { scanCommand } from './commands/scan.ts';
import { setupCommand } from './commands/setup.ts';
import { statusCommand } from './commands/status.ts';
import { tokenCommand } from './commands/token.ts';
import { uiCommand } from './commands/ui.ts';
import { upCommand } from './commands/up.ts';
import { waitCommand } from './commands/wait.ts';

export const COMMANDS: readonly Command[] = [
  allocateCommand,
  runCommand,
  releaseCommand,
  checkCommand,
  listCommand,
  scanCommand,
  adoptCommand,
  waitCommand,
  envCommand,
  composeCommand,
  upCommand,
  downCommand,
  statusCommand,
  doctorCommand,
  instancesCommand,
  cleanupCommand,
  configCommand,
  auditCommand,
  eventsCommand,
  uiCommand,
  daemonCommand,
  autostartCommand,
  setupCommand,
  hooksCommand,
  hookCommand,
  mcpCommand,
  tokenCommand,
  completionCommand,
  explainCommand,
  demoCommand,
];
