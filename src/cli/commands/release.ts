// Owns `styxy release`: leases given back, by lock id, port, project or instance.

import type { AllocationsAnswer, LeaseJson, ReleaseAnswer } from '../../api/schemas.ts';
import { type Client, expectOk } from '../../client/client.ts';
import { StyxyError } from '../../errors.ts';
import { type Command, type Invocation, UsageError } from '../command.ts';
import { callerProject, projectPathAt, query, reach } from '../reach.ts';
import { visible } from '../visible.ts';
import { print, printJson } from '../write.ts';

const FILTERS = ['port', 'project', 'instance'] as const;

export const releaseCommand: Command = {
  name: 'release',
  summary: 'Release leases',
  details: [
    'An active lease of another project or instance needs --force: its server still runs, and releasing the lease does not end it.',
  ],
  usage: [
    'release LOCK_ID… [--force]',
    'release --port N [--force]',
    'release --project DIR [--force]',
    'release --instance ID [--force]',
  ],
  arguments: [{ name: 'LOCK_ID', description: 'the lease to release', isOptional: true, isMany: true }],
  options: {
    port: { kind: 'value', short: 'p', value: 'N', description: 'The lease that covers this port' },
    project: { kind: 'value', value: 'DIR', description: 'All leases of this project' },
    instance: { kind: 'value', value: 'ID', description: 'All leases of this instance' },
    force: { kind: 'flag', short: 'f', description: "Also active leases of somebody else's" },
  },
  examples: [
    { line: 'styxy release --port 3000', description: 'Give port 3000 back' },
    { line: 'styxy release --project .', description: 'Give back all ports of this project' },
  ],
  async run(invocation) {
    const given = FILTERS.filter((name) => invocation.text(name) !== null);
    if (given.length + Math.min(invocation.words.length, 1) !== 1) {
      throw new UsageError('release wants lock ids, or one of --port, --project and --instance');
    }
    const client = await reach(invocation);
    const isOne = invocation.words.length === 1 || given[0] === 'port';
    const targets = given.length === 0 ? invocation.words.map(named) : await find(client, invocation);
    const released: ReleaseAnswer[] = [];
    let failure: StyxyError | null = null;
    for (const { lockId, label } of targets) {
      try {
        const answer = await release(client, invocation, lockId);
        released.push(answer);
        if (!invocation.isJson) print(visible(`Released port ${answer.port}${label} (lease ${lockId})`));
      } catch (error) {
        // One that cannot be released must not keep the others; the first reason is reported at the end.
        if (!(error instanceof StyxyError) || error.code === 'DAEMON_UNREACHABLE') throw error;
        failure ??= error;
      }
    }
    client.close();
    if (failure !== null) throw withReleased(failure, released, targets.length);
    const [only] = released;
    if (invocation.isJson)
      printJson(isOne && released.length === 1 ? only : { success: true, released, count: released.length });
    else if (released.length === 0) print('There was no lease to release.');
    return 0;
  },
};

interface Target {
  readonly lockId: string;
  /** Which service it is, for the sentence. */
  readonly label: string;
}

function named(lockId: string): Target {
  return { lockId, label: '' };
}

async function find(client: Client, invocation: Invocation): Promise<Target[]> {
  const port = invocation.integer('port', 1, 65_535);
  const directory = invocation.text('project');
  const filter = {
    port,
    project_path: directory === null ? null : await projectPathAt(directory),
    instance_id: invocation.text('instance'),
  };
  const found: Target[] = [];
  let cursor: string | null = null;
  do {
    const path: string = `/allocations${query({ ...filter, cursor })}`;
    const page: AllocationsAnswer = expectOk(await client.request<AllocationsAnswer>('GET', path));
    found.push(...page.allocations.map((lease) => ({ lockId: lease.lock_id, label: labelOf(lease) })));
    cursor = page.next_cursor;
  } while (cursor !== null);
  if (port !== null && found.length === 0)
    throw new StyxyError('LEASE_NOT_FOUND', `No lease covers port ${port}`);
  return found;
}

async function release(client: Client, invocation: Invocation, lockId: string): Promise<ReleaseAnswer> {
  // Dots and slashes would make another path of it, and no lease has them.
  if (!/^[\w-]+$/.test(lockId))
    throw new StyxyError('LEASE_NOT_FOUND', `no live lease has the lock id ${lockId}`);
  // The caller is who asks, not whose leases are asked for: only then does `active` protect them.
  const caller = {
    instance_id: invocation.env.STYXY_INSTANCE === '' ? null : (invocation.env.STYXY_INSTANCE ?? null),
    project_path: callerProject(),
    force: invocation.has('force') ? true : null,
  };
  const path = `/allocate/${encodeURIComponent(lockId)}${query(caller)}`;
  return expectOk(await client.request<ReleaseAnswer>('DELETE', path));
}

function labelOf(lease: LeaseJson): string {
  const name = lease.service_name ?? lease.service_type;
  return lease.project_path === null ? `, ${name}` : `, ${name} of ${lease.project_path}`;
}

function withReleased(failure: StyxyError, released: readonly ReleaseAnswer[], asked: number): StyxyError {
  if (asked === 1) return failure;
  return new StyxyError(
    failure.code,
    `${asked - released.length} of ${asked} leases were not released: ${failure.message}`,
    { hint: failure.hint, fields: { ...failure.fields, released }, cause: failure },
  );
}
