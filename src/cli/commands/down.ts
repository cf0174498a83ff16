// Owns `styxy down`: the end of what `styxy up` runs in this checkout, from elsewhere.

import { dirname } from 'node:path';
import { resolveOwnHome } from '../../home.ts';
import { loadProcesses } from '../../run/members.ts';
import { bringDown, type DownOutcome } from '../../up/bring-down.ts';
import { findProjectFile } from '../../up/load-project.ts';
import { upPaths } from '../../up/up-record.ts';
import type { Command, Invocation } from '../command.ts';
import { projectAt } from '../reach.ts';
import { namedProject, namedServices } from '../up/named-project.ts';
import { visible } from '../visible.ts';
import { print, printJson } from '../write.ts';

export const downCommand: Command = {
  name: 'down',
  summary: 'End the services that `styxy up` runs here',
  details: [
    'Each is told to end (SIGTERM), and killed after 5 seconds, with everything that it started. With SERVICE, only these end; those that depend on them go on.',
    'Where `styxy up` was killed, what it left behind is ended: on Linux, processes that carry its mark, and no others.',
  ],
  usage: ['down [SERVICE…]'],
  arguments: [
    {
      name: 'SERVICE',
      description: 'a service of styxy.json; all unless given',
      isOptional: true,
      isMany: true,
    },
  ],
  examples: [
    { line: 'styxy down', description: 'All services of this checkout' },
    { line: 'styxy down web', description: 'One of them' },
  ],
  exits: { 0: 'they have ended, or nothing ran' },
  async run(invocation) {
    const { words, env, isJson } = invocation;
    const project = projectAt(null);
    const file = findProjectFile(project);
    const directory = file === null ? project.path : dirname(file);
    const names = words.length === 0 ? null : servicesOf(invocation);
    const home = resolveOwnHome(env);
    const outcome = await bringDown(home, upPaths(home, directory), await loadProcesses(), names);
    if (isJson) printJson(documentOf(directory, outcome));
    else print(visible(sentenceOf(directory, outcome, names)));
    return 0;
  },
};

/** A styxy.json that was changed since, or is wrong by now, keeps nobody from ending all. */
function servicesOf(invocation: Invocation): readonly string[] | null {
  return namedServices(invocation.words, namedProject(invocation));
}

function documentOf(
  directory: string,
  { ended, left, leftovers, record }: DownOutcome,
): Record<string, unknown> {
  return { directory, was_up: record !== null, ended, left, leftovers, pid: record?.runner.pid ?? null };
}

function sentenceOf(
  directory: string,
  { ended, left, leftovers, record }: DownOutcome,
  names: readonly string[] | null,
): string {
  if (record === null) return `Nothing is up in ${directory}.`;
  if (leftovers.length > 0) return `Ended what was left behind in ${directory}: pid ${leftovers.join(', ')}.`;
  const going = left.length === 0 ? '' : ` Still up: ${left.join(', ')}.`;
  if (ended.length > 0) return `Ended ${ended.join(', ')}.${going}`;
  if (names !== null && left.length > 0) return `${names.join(', ')}: not up.${going}`;
  return `Nothing was left of what was up in ${directory}.`;
}
