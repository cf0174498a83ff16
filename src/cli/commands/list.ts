// Owns `styxy list`: all leases, grouped by project.

import { sessionName } from '../../agents/session.ts';
import type { AllocationsAnswer, LeaseJson } from '../../api/schemas.ts';
import type { InstancesAnswer } from '../../api/schemas-instance.ts';
import { type Client, expectOk } from '../../client/client.ts';
import { type Command, type Invocation, UsageError } from '../command.ts';
import { projectAt, projectPathAt, query, reach, reachRunning } from '../reach.ts';
import { print, printJson } from '../write.ts';
import { leaseLines } from './list-table.ts';

type Filter = Readonly<Record<string, string | null>>;

export const listCommand: Command = {
  name: 'list',
  aliases: ['ls'],
  summary: 'List leases, grouped by project',
  details: [
    'With --watch it is a live view, looked at every second: on a terminal it is drawn anew in place, and ctrl-C ends it; elsewhere each change prints the whole list again, with --json as one document a line.',
  ],
  usage: ['list [-v] [--here] [--watch] [--service TYPE] [--project DIR] [--instance ID]'],
  options: {
    verbose: { kind: 'flag', short: 'v', description: 'Lock ids, fences, instances and terms too' },
    here: { kind: 'flag', description: "This project's leases" },
    watch: { kind: 'flag', short: 'w', description: 'Stay, and show what changes' },
    service: { kind: 'value', short: 's', value: 'TYPE', description: 'Leases of this service type' },
    project: { kind: 'value', value: 'DIR', description: 'Leases of this project' },
    instance: { kind: 'value', value: 'ID', description: 'Leases of this instance' },
  },
  examples: [
    { line: 'styxy list', description: 'Who has which port' },
    { line: 'styxy list --here -v', description: "This project's leases with their lock ids" },
    { line: 'styxy list --watch', description: 'What the agents are doing' },
  ],
  async run(invocation) {
    const directory = invocation.text('project');
    if (directory !== null && invocation.has('here'))
      throw new UsageError('--here and --project do not go together');
    const here = invocation.has('here') ? projectAt(null).path : null;
    const filter = {
      service_type: invocation.text('service'),
      project_path: directory === null ? here : await projectPathAt(directory),
      instance_id: invocation.text('instance'),
    };
    const client = await reach(invocation);
    const leases = await allPages(client, filter);
    const sessions = await sessionsOf(client, leases);
    client.close();
    if (invocation.has('watch')) {
      const { watchLeases } = await import('./list-watch.ts');
      let known = sessions;
      await watchLeases(leases, {
        isJson: invocation.isJson,
        jsonOf: (now) => JSON.stringify(documentOf(now)),
        linesOf: (now) => linesOf(now, known, filter, invocation),
        fetch: async () => {
          const running = await reachRunning(invocation);
          try {
            const now = await allPages(running, filter);
            known = await sessionsOf(running, now);
            return now;
          } finally {
            running.close();
          }
        },
      });
    } else if (invocation.isJson) printJson(documentOf(leases));
    else print(linesOf(leases, sessions, filter, invocation).join('\n'));
    return 0;
  },
};

async function allPages(client: Client, filter: Filter): Promise<LeaseJson[]> {
  const leases: LeaseJson[] = [];
  let cursor: string | null = null;
  do {
    const path: string = `/allocations${query({ ...filter, cursor })}`;
    const page: AllocationsAnswer = expectOk(await client.request<AllocationsAnswer>('GET', path));
    leases.push(...page.allocations);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return leases;
}

function documentOf(leases: readonly LeaseJson[]): AllocationsAnswer {
  return { allocations: [...leases], count: leases.length, next_cursor: null };
}

/** By lock id: the agent and session that holds it, or whose process started the program that does. */
async function sessionsOf(
  client: Client,
  leases: readonly LeaseJson[],
): Promise<ReadonlyMap<string, string>> {
  const { instances } = expectOk(await client.request<InstancesAnswer>('GET', '/instance/list'));
  const agents = instances.flatMap(({ instance_id: id, pid, stale, metadata }) => {
    const name = sessionName(metadata);
    return name === null ? [] : [{ id, pid: stale ? null : pid, name }];
  });
  if (agents.length === 0) return new Map();
  const { loadProcesses } = await import('../../run/members.ts');
  const processes = await loadProcesses();
  const sessionOf = ({ instance_id: id, pid }: LeaseJson): string | undefined => {
    if (id !== null) return agents.find((agent) => agent.id === id)?.name;
    const above = pid === null ? [] : processes.ancestors(pid);
    const nearest = above.find((each) => agents.some((agent) => agent.pid === each));
    return nearest === undefined ? undefined : agents.find((agent) => agent.pid === nearest)?.name;
  };
  return new Map(
    leases.flatMap((lease) => {
      const name = sessionOf(lease);
      return name === undefined ? [] : [[lease.lock_id, name] as const];
    }),
  );
}

function linesOf(
  leases: readonly LeaseJson[],
  sessions: ReadonlyMap<string, string>,
  filter: Filter,
  invocation: Invocation,
): string[] {
  if (leases.length > 0) return leaseLines(leases, invocation.has('verbose'), sessions);
  return [Object.values(filter).every((value) => value === null) ? 'No leases.' : 'No lease matches.'];
}
