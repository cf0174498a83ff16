// Owns the setup's step that puts the hooks into the settings of Claude Code.

import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { type HookFiles, hookFiles, install, stateOf, uninstall } from '../../hooks/installation.ts';
import type { SetupContext, SetupStep } from './step.ts';

export const hooksStep: SetupStep = {
  name: 'hooks',
  question: 'Have Claude Code keep to its own ports, by hooks in its settings',
  async look(context) {
    const files = filesOf(context);
    const folder = dirname(files.settings);
    if (!existsSync(folder))
      return {
        state: 'unavailable',
        detail: `Claude Code was not found: there is no ${folder}; \`styxy hooks install\` does it all the same`,
        changes: [],
      };
    const state = stateOf(files);
    if (state === 'current') return { state: 'done', detail: 'installed', changes: [] };
    return {
      state: state === 'missing' ? 'absent' : 'partial',
      detail: state === 'missing' ? 'not installed' : 'installed, and not up to date',
      changes: [`put the hooks into ${files.settings}`],
    };
  },
  async apply(context) {
    return install(filesOf(context), new Date()).map((path) => `wrote ${path}`);
  },
  async undo(context) {
    return uninstall(filesOf(context));
  },
};

function filesOf({ home, env }: SetupContext): HookFiles {
  return hookFiles(home, env, null);
}
