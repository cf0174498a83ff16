// Owns the table of all tools of the MCP server, eight at most: each costs every agent a part of its context.

import type { Tool } from './tool.ts';
import { allocatePort } from './tools/allocate-port.ts';
import { checkPort } from './tools/check-port.ts';
import { cleanup } from './tools/cleanup.ts';
import { explainConflict } from './tools/explain-conflict.ts';
import { listPorts } from './tools/list-ports.ts';
import { releasePort } from './tools/release-port.ts';
import { siblingUrls } from './tools/sibling-urls.ts';
import { status } from './tools/status.ts';

export const TOOLS: readonly Tool[] = [
  allocatePort,
  releasePort,
  checkPort,
  listPorts,
  explainConflict,
  siblingUrls,
  status,
  cleanup,
];
