// Owns the question which agents' hooks a command is about: the one that it names, or those that are here.

import { AGENT_NAMES, AGENT_TITLES, type AgentName, isAgentName } from '../../agents/occasions.ts';
import { type Home, resolveOwnHome } from '../../home.ts';
import { agentsHere, hasHooksOn } from '../../hooks/hooked-agents.ts';
import { type HookFiles, hookFiles, isRemembered, stateOf } from '../../hooks/installation.ts';
import { type Invocation, UsageError } from '../command.ts';
import { projectAt } from '../reach.ts';

/** Whose hooks they were before there were others. */
const FIRST: AgentName = 'claude';

/** The agents to install hooks for: those of this machine, in a project the first one. @throws UsageError for an agent without hooks */
export function filesOfChosen(invocation: Invocation): HookFiles[] {
  const { home, project } = placeOf(invocation);
  const here = project === null ? agentsHere(invocation.env) : [];
  const chosen = named(invocation) ?? (here.length === 0 ? [FIRST] : here);
  return chosen.map((agent) => hookFiles(agent, home, invocation.env, project));
}

/** The agents to take hooks from: those that have some. @throws UsageError */
export function filesOfInstalled(invocation: Invocation): HookFiles[] {
  const { home, project } = placeOf(invocation);
  const chosen = named(invocation);
  return chosen === null
    ? filesWithHooks(home, invocation.env, project)
    : chosen.map((agent) => hookFiles(agent, home, invocation.env, project));
}

/** The agents to look at: those that are here, and those that have hooks. @throws UsageError */
export function filesToLookAt(invocation: Invocation): HookFiles[] {
  const { home, project } = placeOf(invocation);
  const all = filesOfChosen(invocation);
  if (named(invocation) !== null) return all;
  const others = filesWithHooks(home, invocation.env, project);
  const isAmong = (files: HookFiles): boolean => all.some(({ settings }) => settings === files.settings);
  return [...all, ...others.filter((files) => !isAmong(files))];
}

export function filesWithHooks(home: Home, env: NodeJS.ProcessEnv, project: string | null): HookFiles[] {
  return AGENT_NAMES.map((agent) => hookFiles(agent, home, env, project)).filter(
    (files) => isRemembered(files) || stateOf(files) !== 'missing',
  );
}

function named(invocation: Invocation): readonly AgentName[] | null {
  const agent = invocation.text('agent');
  if (agent === null) return null;
  if (isAgentName(agent)) {
    if (hasHooksOn(process.platform, agent)) return [agent];
    throw new UsageError(`the hooks of ${AGENT_TITLES[agent]} need a POSIX shell, which Windows has not`);
  }
  throw new UsageError(
    `there are no hooks for the agent ${JSON.stringify(agent)}`,
    `Known: ${AGENT_NAMES.join(', ')}.`,
  );
}

function placeOf(invocation: Invocation): { home: Home; project: string | null } {
  return {
    home: resolveOwnHome(invocation.env),
    project: invocation.has('project') ? projectAt(null).path : null,
  };
}
