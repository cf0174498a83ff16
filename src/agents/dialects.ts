// Owns the table of the dialects.

import { claude } from './claude/dialect.ts';
import { codex } from './codex/dialect.ts';
import { copilot } from './copilot/dialect.ts';
import { cursor } from './cursor/dialect.ts';
import type { Dialect } from './dialect.ts';
import { gemini } from './gemini/dialect.ts';
import type { AgentName } from './occasions.ts';
import { opencode } from './opencode/dialect.ts';

export const DIALECTS: Readonly<Record<AgentName, Dialect>> = {
  claude,
  codex,
  gemini,
  cursor,
  copilot,
  opencode,
};
