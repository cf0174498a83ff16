// Owns `styxy adopt`: a lease for a server that runs already.

import type { AdoptBody, AllocateAnswer, CheckAnswer } from '../../api/schemas.ts';
import { type Client, expectOk } from '../../client/client.ts';
import { type Project, serviceNameOf } from '../../project/project.ts';
import { type Command, type Invocation, parseInteger } from '../command.ts';
import { instanceOf, projectAt, query, reach } from '../reach.ts';
import { visible } from '../visible.ts';
import { print, printJson, say } from '../write.ts';

const LOWEST_PORT = 1024;
const HIGHEST_PORT = 65_535;
const DEFAULT_TYPE = 'dev';

export const adoptCommand: Command = {
  name: 'adopt',
  summary: 'Give a running server a lease',
  details: [
    'The server that listens on the port becomes the holder of a lease of it: it shows in `styxy list`, nobody else is granted the port, and the same project gets it again later. The server itself is not touched.',
    'Its project is that of its working directory, else of this one. The type, unless given, is the one whose range the port is in, else dev.',
  ],
  usage: ['adopt PORT [-s TYPE] [-n NAME] [--udp]'],
  arguments: [{ name: 'PORT', description: 'the port that the server listens on' }],
  options: {
    service: { kind: 'value', short: 's', value: 'TYPE', description: 'The service type' },
    name: { kind: 'value', short: 'n', value: 'NAME', description: 'What runs there' },
    udp: { kind: 'flag', description: 'A UDP port' },
  },
  examples: [{ line: 'styxy adopt 5173 -n web', description: 'A server that was started without Styxy' }],
  async run(invocation) {
    const port = parseInteger(invocation.words[0] ?? '', 'PORT', LOWEST_PORT, HIGHEST_PORT);
    const client = await reach(invocation);
    const body = await requestOf(client, port, invocation);
    const answer = expectOk(await client.request<AllocateAnswer>('POST', '/adopt', body));
    client.close();
    if (invocation.isJson) printJson(answer);
    else describe(answer);
    return 0;
  },
};

async function requestOf(client: Client, port: number, invocation: Invocation): Promise<AdoptBody> {
  const protocol = invocation.has('udp') ? 'udp' : 'tcp';
  const check = expectOk(await client.request<CheckAnswer>('GET', `/check/${port}${query({ protocol })}`));
  const type = invocation.text('service') ?? check.service_type ?? DEFAULT_TYPE;
  const project = projectOf(check);
  const instanceId = instanceOf(invocation);
  return {
    port,
    protocol,
    service_type: type,
    service_name: invocation.text('name') ?? serviceNameOf(project, type),
    project_path: project.path,
    ...(instanceId === null ? {} : { instance_id: instanceId }),
  };
}

/** The server's own project, where its working directory is known and still there. */
function projectOf({ system_usage: usage }: CheckAnswer): Project {
  const directory = usage?.cwd ?? null;
  if (directory === null) return projectAt(null);
  try {
    return projectAt(directory);
  } catch {
    return projectAt(null);
  }
}

function describe(answer: AllocateAnswer): void {
  const whose = `${answer.service_type} ${answer.service_name ?? ''}`.trim();
  const process = answer.pid === null ? '' : ` (pid ${answer.pid})`;
  const place = answer.project_path === null ? '' : ` of ${answer.project_path}`;
  print(
    visible(
      `${answer.protocol === 'udp' ? 'UDP port' : 'Port'} ${answer.port}: ${whose}${place}${process}${answer.url === null ? '' : `, ${answer.url}`}`,
    ),
  );
  print(visible(`Lease ${answer.lock_id}${answer.existing ? ', which was there before' : ''}`));
  say(visible(answer.message));
}
