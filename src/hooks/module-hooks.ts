// Owns hooks that are a module of our own in a folder of the agent's: opencode's plug-in.

import { commandsOf, isPlugin, pluginText } from '../agents/opencode/plugin.ts';
import type { HookText } from './hooked-agent.ts';

export const moduleHooks: HookText = {
  shape: 'plug-in of Styxy; another file is there',
  found: (text) =>
    Object.entries(commandsOf(text)).map(([event, command]) => ({
      event,
      matcher: null,
      command,
      handler: { command },
    })),
  put: (text, call) => (text === null || text.trim() === '' || isPlugin(text) ? pluginText(call) : null),
  // What is no module of ours has no hooks of ours.
  take: (text) => (isPlugin(text) ? 'gone' : text),
};
