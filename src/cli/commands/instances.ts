// Owns `styxy instances`: the agent sessions, terminals and checkouts that hold leases.

import { resolve } from 'node:path';
import { sessionName } from '../../agents/session.ts';
import type {
  InstanceAnswer,
  InstanceJson,
  InstancesAnswer,
  RegisterBody,
  RetireAnswer,
} from '../../api/schemas-instance.ts';
import { expectOk } from '../../client/client.ts';
import type { Command } from '../command.ts';
import { ageText } from '../duration.ts';
import { shortPath } from '../paths.ts';
import { instanceOf, projectAt, reach } from '../reach.ts';
import { type Column, tableLines } from '../table.ts';
import { visible } from '../visible.ts';
import { print, printJson } from '../write.ts';

const MAX_PID = 2 ** 31 - 1;
const MAX_TTL_SECONDS = 30 * 24 * 3600;

const COLUMNS: readonly Column<InstanceJson>[] = [
  { title: 'INSTANCE', cell: (each) => each.instance_id, isKept: true },
  { title: 'SESSION', cell: (each) => sessionName(each.metadata) ?? '-' },
  { title: 'TEMPLATE', cell: (each) => each.template ?? '-' },
  { title: 'PID', cell: (each) => (each.pid === null ? '-' : String(each.pid)), isRight: true },
  { title: 'LEASES', cell: (each) => String(each.leases), isRight: true },
  { title: 'HEARD', cell: (each) => `${ageText(each.last_seen_at)} ago${each.stale ? ', stale' : ''}` },
  {
    title: 'BRANCH',
    cell: (each) => each.branch ?? '-',
    beneath: ({ branch }) => (branch === null ? null : `on branch ${branch}`),
  },
  {
    title: 'DIRECTORY',
    cell: (each) => directoryOf(each) ?? '-',
    beneath: directoryOf,
  },
];

function directoryOf({ working_directory: path }: InstanceJson): string | null {
  return path === null ? null : shortPath(path);
}

const list: Command = {
  name: 'list',
  summary: 'List the registered instances',
  usage: ['instances list'],
  examples: [{ line: 'styxy instances', description: 'Who is there' }],
  async run(invocation) {
    const client = await reach(invocation);
    const answer = expectOk(await client.request<InstancesAnswer>('GET', '/instance/list'));
    client.close();
    if (invocation.isJson) printJson(answer);
    else if (answer.count === 0) print('No instances.');
    else for (const line of tableLines(COLUMNS, answer.instances)) print(line);
    return 0;
  },
};

const register: Command = {
  name: 'register',
  summary: 'Register an instance',
  usage: ['instances register [--id ID] [--template NAME] [--dir DIR] [--pid PID] [--ttl SECONDS]'],
  options: {
    id: { kind: 'value', value: 'ID', description: 'Its id (STYXY_INSTANCE); one is made up when left out' },
    template: {
      kind: 'value',
      value: 'NAME',
      description: 'main, dev, staging, features, or a configured one',
    },
    dir: { kind: 'value', value: 'DIR', description: 'Where it works; the project here unless given' },
    pid: { kind: 'value', value: 'PID', description: 'Its process: it lives as long as this does' },
    ttl: {
      kind: 'value',
      value: 'SECONDS',
      description: 'Time between heartbeats, where there is no process',
    },
  },
  examples: [
    {
      line: 'styxy instances register --id agent-1 --pid $$',
      description: 'An instance that ends with this shell',
    },
  ],
  async run(invocation) {
    const id = invocation.text('id') ?? instanceOf(invocation);
    const template = invocation.text('template');
    const directory = invocation.text('dir');
    const pid = invocation.integer('pid', 1, MAX_PID);
    const ttl = invocation.integer('ttl', 1, MAX_TTL_SECONDS);
    const body: RegisterBody = {
      working_directory: directory === null ? projectAt(null).path : resolve(directory),
      ...(id === null ? {} : { instance_id: id }),
      ...(template === null ? {} : { template }),
      ...(pid === null ? {} : { pid }),
      ...(ttl === null ? {} : { ttl_seconds: ttl }),
    };
    const client = await reach(invocation);
    const answer = expectOk(await client.request<InstanceAnswer>('POST', '/instance/register', body));
    client.close();
    if (invocation.isJson) printJson(answer);
    else print(visible(answer.message));
    return 0;
  },
};

const heartbeat: Command = {
  name: 'heartbeat',
  summary: 'Say that an instance is alive',
  usage: ['instances heartbeat ID'],
  arguments: [{ name: 'ID', description: 'a registered instance' }],
  examples: [{ line: 'styxy instances heartbeat agent-1', description: 'Keep its leases for another while' }],
  async run(invocation) {
    const path = `/instance/${encodeURIComponent(invocation.words[0] ?? '')}/heartbeat`;
    const client = await reach(invocation);
    const answer = expectOk(await client.request<InstanceAnswer>('PUT', path, {}));
    client.close();
    if (invocation.isJson) printJson(answer);
    else print(visible(answer.message));
    return 0;
  },
};

const retire: Command = {
  name: 'retire',
  summary: 'Forget an instance and release its leases',
  usage: ['instances retire ID'],
  arguments: [{ name: 'ID', description: 'a registered instance' }],
  examples: [{ line: 'styxy instances retire agent-1', description: 'Give all its ports back' }],
  async run(invocation) {
    const path = `/instance/${encodeURIComponent(invocation.words[0] ?? '')}`;
    const client = await reach(invocation);
    const answer = expectOk(await client.request<RetireAnswer>('DELETE', path));
    client.close();
    if (invocation.isJson) {
      printJson(answer);
      return 0;
    }
    print(visible(`Retired instance ${answer.instance_id}`));
    for (const { port, service_name, service_type } of answer.released)
      print(visible(`Released port ${port}, ${service_name ?? service_type}`));
    return 0;
  },
};

export const instancesCommand: Command = {
  name: 'instances',
  summary: 'List, register and retire instances',
  details: [
    'An instance is an agent session, a terminal or a checkout that holds leases. Its first allocation registers it; STYXY_INSTANCE names it for every command. With a process it lives as long as that does, else until it misses three heartbeats.',
  ],
  usage: [
    'instances [list]',
    'instances register [OPTIONS]',
    'instances heartbeat ID',
    'instances retire ID',
  ],
  examples: [{ line: 'styxy instances', description: 'Who is there' }],
  subcommands: [list, register, heartbeat, retire],
  defaultSubcommand: 'list',
  run: list.run,
};
