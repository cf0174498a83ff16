// Owns the table of the dialects.

import { claude } from './claude/dialect.ts';
import { codex } from './codex/dialect.ts';
import type { Dialect } from './dialect.ts';
import type { AgentName } from './occasions.ts';

export const DIALECTS: Readonly<Record<AgentName, Dialect>> = { claude, codex };
