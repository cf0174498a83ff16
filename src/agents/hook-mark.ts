// Owns the mark by which a hook's command is known as ours in an agent's settings, wherever its program is.

import type { AgentName } from './occasions.ts';

/** The comment at the end of a command. */
export function hookMark(agent: AgentName): string {
  return `# styxy hook ${agent}`;
}
