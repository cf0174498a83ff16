// Owns the setup's step that puts the hooks into the settings of the coding agents.

import { AGENT_TITLES } from '../../agents/occasions.ts';
import { agentsHere } from '../../hooks/hooked-agents.ts';
import { type HookFiles, hookFiles, install, stateOf, uninstall } from '../../hooks/installation.ts';
import { filesWithHooks } from '../hook/chosen-agents.ts';
import type { SetupContext, SetupStep } from './step.ts';

export const hooksStep: SetupStep = {
  name: 'hooks',
  question: 'Have coding agents keep to their own ports, by hooks in their settings',
  async look(context) {
    const all = filesOf(context);
    if (all.length === 0)
      return {
        state: 'unavailable',
        detail: `no agent was found: ${Object.values(AGENT_TITLES).join(', ')}; \`styxy hooks install --agent AGENT\` does it all the same`,
        changes: [],
      };
    const states = all.map(stateOf);
    const names = all.map(({ agent }) => AGENT_TITLES[agent.name]).join(', ');
    if (states.every((state) => state === 'current'))
      return { state: 'done', detail: `installed for ${names}`, changes: [] };
    const isMissing = states.every((state) => state === 'missing');
    return {
      state: isMissing ? 'absent' : 'partial',
      detail: isMissing ? `not installed for ${names}` : `installed, and not up to date for all of ${names}`,
      changes: all
        .filter((_, at) => states[at] !== 'current')
        .map(({ settings }) => `put the hooks into ${settings}`),
    };
  },
  async apply(context) {
    const now = new Date();
    return filesOf(context).flatMap((files) => install(files, now).map((path) => `wrote ${path}`));
  },
  async undo({ home, env }) {
    return filesWithHooks(home, env, null).flatMap(uninstall);
  },
};

function filesOf({ home, env }: SetupContext): HookFiles[] {
  return agentsHere(env).map((agent) => hookFiles(agent, home, env, null));
}
