// Owns `styxy wait`: it ends once a server answers.

import { SERVICE_NAME } from '../../api/names.ts';
import type { AllocationsAnswer, CheckAnswer, LeaseJson } from '../../api/schemas.ts';
import { acceptsConnections, answersHttp } from '../../client/answering.ts';
import { type Client, expectOk } from '../../client/client.ts';
import { type Command, type Invocation, parseInteger, UsageError } from '../command.ts';
import { projectAt, query, reach } from '../reach.ts';
import { visible } from '../visible.ts';
import { print, printJson } from '../write.ts';
import { nameOf, type Target, waitTimeout } from './wait-reasons.ts';

const DEFAULT_TIMEOUT_SECONDS = 60;
const MAX_TIMEOUT_SECONDS = 24 * 3600;
const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 500;

/** A place where the server may answer. */
interface Candidate {
  readonly port: number;
  readonly url: string | null;
  readonly lease: LeaseJson | null;
}

export const waitCommand: Command = {
  name: 'wait',
  summary: 'Wait until a server answers',
  details: [
    'NAME is a service of this project; it may get its lease later. A service answers once its own program listens; with --http once a GET of its root brings anything but a server error.',
    'With --json it prints `{answers, port, url, lease}`, or the problem document WAIT_TIMEOUT, which says what is in the way.',
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
    const timeoutSeconds = invocation.integer('timeout', 1, MAX_TIMEOUT_SECONDS) ?? DEFAULT_TIMEOUT_SECONDS;
    const isHttp = invocation.has('http');
    const client = await reach(invocation);
    const found = await waitFor(client, target, isHttp, timeoutSeconds * 1000);
    if (found === null) {
      const known = await whatIsKnown(client, target);
      client.close();
      throw waitTimeout({ target, timeoutSeconds, isHttp, ...known });
    }
    client.close();
    if (invocation.isJson) printJson({ answers: true, ...found });
    else print(visible(`${nameOf(target)} answers at ${found.url ?? `port ${found.port}`}`));
    return 0;
  },
};

function targetOf(invocation: Invocation): Target {
  const word = invocation.words[0] ?? '';
  if (word === '') throw new UsageError('what to wait for is missing: a NAME or a PORT');
  if (/^\d+$/.test(word)) return { port: parseInteger(word, 'PORT', 1, 65_535) };
  if (!new RegExp(SERVICE_NAME).test(word)) {
    throw new UsageError(
      `no service is called ${JSON.stringify(word)}: names have letters, digits and @ . _ / -`,
      '`styxy list --here` shows the services of this project.',
    );
  }
  return { name: word, project: projectAt(null).path };
}

async function waitFor(
  client: Client,
  target: Target,
  isHttp: boolean,
  timeoutMs: number,
): Promise<Candidate | null> {
  const until = performance.now() + timeoutMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, MAX_PAUSE_MS)) {
    for (const candidate of candidatesOf(target, await leasesOf(client, target))) {
      if (await answers(client, candidate, isHttp)) return candidate;
    }
    const leftMs = until - performance.now();
    if (leftMs <= 0) return null;
    await new Promise((resolve) => setTimeout(resolve, Math.min(pauseMs, leftMs)));
  }
}

async function leasesOf(client: Client, target: Target): Promise<readonly LeaseJson[]> {
  const filter = 'port' in target ? { port: target.port } : { project_path: target.project };
  const path = `/allocations${query(filter)}`;
  return expectOk(await client.request<AllocationsAnswer>('GET', path)).allocations;
}

/** What could be meant at this moment; of several copies of one service any will do. */
function candidatesOf(target: Target, leases: readonly LeaseJson[]): Candidate[] {
  if ('port' in target) {
    const { port } = target;
    const lease = leases.find(({ protocol }) => protocol === 'tcp') ?? null;
    return [{ port, url: lease === null ? `http://localhost:${port}` : urlAt(lease, port), lease }];
  }
  return leases
    .filter((lease) => lease.service_name === target.name)
    .map((lease) => ({ port: lease.port, url: lease.url, lease }));
}

/** Another port of a block has the same host. */
function urlAt({ url, port: first }: LeaseJson, port: number): string | null {
  return url === null ? null : url.replace(new RegExp(`:${first}$`), `:${port}`);
}

async function answers(client: Client, candidate: Candidate, isHttp: boolean): Promise<boolean> {
  const { port, url, lease } = candidate;
  if (isHttp) return await answersHttp(url ?? `http://localhost:${port}`);
  if (lease === null) return await acceptsConnections(port);
  const check = await checkOf(client, candidate);
  return check.system_usage !== null && check.allocated_to?.state !== 'hijacked';
}

async function checkOf(client: Client, { port, lease }: Candidate): Promise<CheckAnswer> {
  const path = `/check/${port}${query({ protocol: lease?.protocol ?? null })}`;
  return expectOk(await client.request<CheckAnswer>('GET', path));
}

/** Looked up once more at the end: where the server is by now, and what else there is. */
async function whatIsKnown(
  client: Client,
  target: Target,
): Promise<{ readonly places: CheckAnswer[]; readonly names: string[] }> {
  const leases = await leasesOf(client, target);
  const places: CheckAnswer[] = [];
  for (const candidate of candidatesOf(target, leases)) places.push(await checkOf(client, candidate));
  return { places, names: [...new Set(leases.flatMap(({ service_name: name }) => name ?? []))] };
}
