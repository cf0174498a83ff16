// Owns `styxy wait`: it ends once a server answers.

import type { AllocationsAnswer, CheckAnswer, LeaseJson } from '../../api/schemas.ts';
import { type Client, expectOk } from '../../client/client.ts';
import { acceptsConnections, answersHttp } from '../answering.ts';
import { type Command, type Invocation, parseInteger, UsageError } from '../command.ts';
import { projectAt, query, reach } from '../reach.ts';
import { visible } from '../visible.ts';
import { print, printJson, say } from '../write.ts';

const DEFAULT_TIMEOUT_SECONDS = 60;
const MAX_TIMEOUT_SECONDS = 24 * 3600;
const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 500;
const TIMED_OUT_STATUS = 1;

/** What is waited for: one port, or whatever port a service of this project has by then. */
type Target = { readonly port: number } | { readonly name: string; readonly project: string };

/** A server that answers. */
interface Found {
  readonly port: number;
  readonly url: string | null;
  readonly lease: LeaseJson | null;
}

export const waitCommand: Command = {
  name: 'wait',
  summary: 'Wait until a server answers',
  details: [
    'NAME is a service of this project; it may get its lease later. A service answers once its own program listens; with --http once a GET of its root brings anything but a server error.',
  ],
  usage: ['wait NAME|PORT [--http] [--timeout S]'],
  arguments: [{ name: 'NAME|PORT', description: 'a service of this project, or a port' }],
  options: {
    http: { kind: 'flag', description: 'Until it answers HTTP' },
    timeout: {
      kind: 'value',
      value: 'S',
      description: `Seconds to wait at most (${DEFAULT_TIMEOUT_SECONDS})`,
    },
  },
  examples: [
    { line: 'styxy wait api --http && npm test', description: 'Tests that need the API' },
    { line: 'styxy wait 5432 --timeout 10', description: 'A database' },
  ],
  exits: { 0: 'It answers', 1: 'It did not answer in time' },
  async run(invocation) {
    const target = targetOf(invocation);
    const seconds = invocation.integer('timeout', 1, MAX_TIMEOUT_SECONDS) ?? DEFAULT_TIMEOUT_SECONDS;
    const client = await reach(invocation);
    const found = await waitFor(client, target, invocation.has('http'), seconds * 1000);
    client.close();
    if (found === null) {
      if (invocation.isJson) printJson({ answers: false, timeout_seconds: seconds });
      say(visible(`${nameOf(target)} did not answer within ${seconds} s.`));
      return TIMED_OUT_STATUS;
    }
    if (invocation.isJson) printJson({ answers: true, ...found });
    else print(visible(`${nameOf(target)} answers at ${found.url ?? `port ${found.port}`}`));
    return 0;
  },
};

function targetOf(invocation: Invocation): Target {
  const word = invocation.words[0] ?? '';
  if (word === '') throw new UsageError('what to wait for is missing: a NAME or a PORT');
  if (/^\d+$/.test(word)) return { port: parseInteger(word, 'PORT', 1, 65_535) };
  return { name: word, project: projectAt(null).path };
}

function nameOf(target: Target): string {
  return 'port' in target ? `port ${target.port}` : target.name;
}

async function waitFor(
  client: Client,
  target: Target,
  isHttp: boolean,
  timeoutMs: number,
): Promise<Found | null> {
  const until = performance.now() + timeoutMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, MAX_PAUSE_MS)) {
    for (const candidate of await candidates(client, target)) {
      if (await answers(client, candidate, isHttp)) return candidate;
    }
    const leftMs = until - performance.now();
    if (leftMs <= 0) return null;
    await new Promise((resolve) => setTimeout(resolve, Math.min(pauseMs, leftMs)));
  }
}

/** What could be meant at this moment; of several copies of one service any will do. */
async function candidates(client: Client, target: Target): Promise<Found[]> {
  const filter = 'port' in target ? { port: target.port } : { project_path: target.project };
  const path = `/allocations${query(filter)}`;
  const { allocations } = expectOk(await client.request<AllocationsAnswer>('GET', path));
  if ('port' in target) {
    const { port } = target;
    const lease = allocations.find(({ protocol }) => protocol === 'tcp') ?? null;
    return [{ port, url: lease === null ? `http://localhost:${port}` : urlAt(lease, port), lease }];
  }
  return allocations
    .filter((lease) => lease.service_name === target.name)
    .map((lease) => ({ port: lease.port, url: lease.url, lease }));
}

/** Another port of a block has the same host. */
function urlAt({ url, port: first }: LeaseJson, port: number): string | null {
  return url === null ? null : url.replace(new RegExp(`:${first}$`), `:${port}`);
}

async function answers(client: Client, { port, url, lease }: Found, isHttp: boolean): Promise<boolean> {
  if (isHttp) return await answersHttp(url ?? `http://localhost:${port}`);
  if (lease === null) return await acceptsConnections(port);
  const path = `/check/${port}${query({ protocol: lease.protocol })}`;
  const check = expectOk(await client.request<CheckAnswer>('GET', path));
  return check.system_usage !== null && check.allocated_to?.state !== 'hijacked';
}
