// Owns `styxy allocate`: a port for a service of this project.

import type { AllocateAnswer, AllocateBody } from '../../api/schemas.ts';
import { expectOk } from '../../client/client.ts';
import { serviceNameOf } from '../../project/project.ts';
import { type Command, type Invocation, UsageError } from '../command.ts';
import { instanceOf, projectAt, reach } from '../reach.ts';
import { visible } from '../visible.ts';
import { print, printJson, say } from '../write.ts';

/** Lower ones need privileges, and are not granted. */
const LOWEST_PORT = 1024;
const HIGHEST_PORT = 65_535;
const MAX_COUNT = 32;
const MAX_PID = 2 ** 31 - 1;
const MAX_TTL_SECONDS = 30 * 24 * 3600;

export const allocateCommand: Command = {
  name: 'allocate',
  aliases: ['alloc'],
  summary: 'Allocate a port',
  details: [
    'The same project, type and name get the same lease again, and later the same port while it is free. The project is the git worktree, else the working directory. The name, unless given, is the `name` of the nearest package.json below the root of the worktree, else the path relative to the root, else the type.',
    'Nobody else who asks Styxy gets the port. A lease on which nobody listens ends when its term is over.',
  ],
  usage: ['allocate -s TYPE [-n NAME] [-p PORT] [--exact] [--count N] [-q]'],
  options: {
    service: {
      kind: 'value',
      short: 's',
      value: 'TYPE',
      description: 'The service type, such as dev or api',
    },
    name: { kind: 'value', short: 'n', value: 'NAME', description: 'What runs there' },
    port: { kind: 'value', short: 'p', value: 'PORT', description: 'The port to try first' },
    exact: { kind: 'flag', description: 'That port or a refusal' },
    count: { kind: 'value', value: 'N', description: 'A block of N consecutive ports, up to 32' },
    udp: { kind: 'flag', description: 'A UDP port' },
    instance: { kind: 'value', value: 'ID', description: 'The instance that holds it (STYXY_INSTANCE)' },
    project: { kind: 'value', value: 'DIR', description: 'The project that it belongs to' },
    pid: {
      kind: 'value',
      value: 'PID',
      description: 'The process that holds it: it lives as long as this does',
    },
    ttl: { kind: 'value', value: 'SECONDS', description: 'The term; one hour unless configured' },
    new: { kind: 'flag', description: 'Never a lease that is there already' },
    quiet: { kind: 'flag', short: 'q', description: 'Print the port alone' },
  },
  examples: [
    { line: 'PORT=$(styxy allocate -s dev -q)', description: 'A port for a script' },
    { line: 'styxy allocate -s api -n search', description: 'A port for one of several services' },
    { line: 'styxy allocate -s database -p 5432 --exact', description: 'This port or none' },
  ],
  async run(invocation) {
    const body = requestOf(invocation);
    const client = await reach(invocation);
    const answer = expectOk(await client.request<AllocateAnswer>('POST', '/allocate', body));
    client.close();
    if (invocation.isJson) printJson(answer);
    else if (invocation.has('quiet')) print(String(answer.port));
    else describe(answer);
    return 0;
  },
};

function requestOf(invocation: Invocation): AllocateBody {
  const serviceType = invocation.text('service');
  if (serviceType === null)
    throw new UsageError('-s TYPE is missing: which range the port is to come from, such as `-s dev`');
  const port = invocation.integer('port', LOWEST_PORT, HIGHEST_PORT);
  if (port === null && invocation.has('exact')) throw new UsageError('--exact needs a port: -p PORT --exact');
  const project = projectAt(invocation.text('project'));
  const instanceId = instanceOf(invocation);
  const count = invocation.integer('count', 1, MAX_COUNT);
  const pid = invocation.integer('pid', 1, MAX_PID);
  const ttl = invocation.integer('ttl', 1, MAX_TTL_SECONDS);
  return {
    service_type: serviceType,
    service_name: invocation.text('name') ?? serviceNameOf(project, serviceType),
    project_path: project.path,
    ...(port === null ? {} : { preferred_port: port }),
    ...(invocation.has('exact') ? { exact: true } : {}),
    ...(invocation.has('udp') ? { protocol: 'udp' as const } : {}),
    ...(count === null ? {} : { count }),
    ...(instanceId === null ? {} : { instance_id: instanceId }),
    ...(pid === null ? {} : { pid }),
    ...(ttl === null ? {} : { ttl_seconds: ttl }),
    ...(invocation.has('new') ? { new: true } : {}),
  };
}

function describe(answer: AllocateAnswer): void {
  const { ports } = answer;
  const numbers = ports.length === 1 ? `port ${answer.port}` : `ports ${answer.port}–${ports.at(-1)}`;
  const what = answer.protocol === 'udp' ? `UDP ${numbers}` : numbers.replace('p', 'P');
  const whose = `${answer.service_type} ${answer.service_name ?? ''}`.trim();
  const where = answer.project_path === null ? '' : ` of ${answer.project_path}`;
  print(visible(`${what}: ${whose}${where}${answer.url === null ? '' : `, ${answer.url}`}`));
  print(visible(`Lease ${answer.lock_id}${answer.existing ? ', which was there before' : ''}`));
  say(visible(answer.message));
  for (const { port, holder } of answer.skipped ?? [])
    say(visible(`Port ${port} is taken${holder === null ? '' : ` by ${holder}`}.`));
}
