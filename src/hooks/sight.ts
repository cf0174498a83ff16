// Owns the look at installed hooks: whether they are in place, current, and really run.

import type { AgentName } from '../agents/occasions.ts';
import type { Home } from '../home.ts';
import { agentsHere } from './hooked-agents.ts';
import { type HookFiles, hookFiles, planRemoval, stateOf } from './installation.ts';
import { tryHook } from './trial.ts';

export interface HooksSight {
  readonly agent: AgentName;
  readonly settings: string;
  readonly state: 'missing' | 'outdated' | 'current';
  /** Why the installed command does not answer, a sentence without a full stop; null where it does, or there is none to try. */
  readonly failure: string | null;
  readonly isTried: boolean;
}

/**
 * Looks at the files, and runs the installed command as the agent would, with an event that changes nothing. Only what this
 * version wrote is run: a checkout may bring settings along whose commands look like ours.
 *
 * @param tries false to leave the command alone, which may start a daemon
 * @throws StyxyError FILE_NOT_OURS where the settings cannot be read
 */
export async function lookAtHooks(files: HookFiles, tries = true): Promise<HooksSight> {
  const { agent, settings, home } = files;
  const state = stateOf(files);
  const isTried = tries && state === 'current';
  const hooks = isTried ? agent.text.found(planRemoval(files).before ?? '') : [];
  return {
    agent: agent.name,
    settings,
    state,
    failure: isTried ? await tryHook(agent, hooks, home.dir) : tries && state === 'outdated' ? NOT_RUN : null,
    isTried,
  };
}

const NOT_RUN = 'it was not run, because it is not what this Styxy writes';

/** Looks at the hooks for all of this user's projects, of each agent that is here. */
export async function lookAtAllHooks(
  home: Home,
  env: NodeJS.ProcessEnv,
  tries: boolean,
): Promise<readonly HooksSight[]> {
  const sights: HooksSight[] = [];
  for (const agent of agentsHere(env))
    sights.push(await lookAtHooks(hookFiles(agent, home, env, null), tries));
  return sights;
}
