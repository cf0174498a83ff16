// Owns the library's way to the daemon: leases for one project, kept as long as this process wants them.

import type { AllocateAnswer, AllocateBody } from '../api/schemas.ts';
import { expectOk, connect as reachDaemon } from '../client/client.ts';
import { speakAs } from '../client/user-agent.ts';
import { StyxyError } from '../errors.ts';
import { resolveOwnHome } from '../home.ts';
import { findProject, serviceNameOf } from '../project/project.ts';
import { claimLease, settleClaim } from '../run/claim.ts';
import { type KeptLease, keepPort, type Reach } from './kept-lease.ts';
import type { ConnectOptions, PortLease, PortRequest, Styxy } from './public.ts';

/** The lock ids of all leases that this process keeps: the daemon cannot tell who of one process asks. */
const keptHere = new Set<string>();
/** Programs that are no Node, though they run its code: a daemon cannot be started by them. */
const OTHER_RUNTIMES = ['bun', 'deno', 'electron'];

/**
 * Finds the daemon of this user, and starts it where there is none.
 *
 * @returns once it answers
 * @throws StyxyError DAEMON_UNREACHABLE; HOME_UNUSABLE, HOME_UNSAFE; INVALID_REQUEST when the project's directory does not exist
 */
export async function connect(options: ConnectOptions = {}): Promise<Styxy> {
  const { env } = process;
  const project = findProject(options.project ?? process.cwd());
  const home = resolveOwnHome(options.home === undefined ? env : { ...env, STYXY_HOME: options.home });
  const isNode = !OTHER_RUNTIMES.some((name) => name in process.versions);
  const autostart = options.autostart ?? (isNode && env.STYXY_AUTOSTART !== '0');
  const { timeoutMs, onNotice = () => {} } = options;
  const instance = options.instance ?? env.STYXY_INSTANCE ?? '';
  speakAs('library');
  const reach: Reach = (mayStart = autostart) =>
    reachDaemon({
      home,
      env,
      autostart: mayStart && autostart,
      onNotice,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  (await reach()).close();

  /** By lock id. */
  const kept = new Map<string, KeptLease>();
  const keep = (lease: AllocateAnswer, isOwn: boolean, ttlSeconds: number | undefined): PortLease => {
    const port = keepPort({
      reach,
      lease,
      isOwn,
      ttlSeconds,
      onEnd: () => {
        keptHere.delete(lease.lock_id);
        kept.delete(lease.lock_id);
      },
    });
    keptHere.add(lease.lock_id);
    kept.set(lease.lock_id, port);
    return port.lease;
  };
  const bodyOf = (request: PortRequest): AllocateBody & { readonly pid: number } => ({
    service_type: request.serviceType,
    service_name: request.serviceName ?? serviceNameOf(project, request.serviceType),
    project_path: project.path,
    pid: process.pid,
    ...(request.preferredPort === undefined ? {} : { preferred_port: request.preferredPort }),
    ...(request.exact === undefined ? {} : { exact: request.exact }),
    ...(request.protocol === undefined ? {} : { protocol: request.protocol }),
    ...(request.count === undefined ? {} : { count: request.count }),
    ...(request.ttlSeconds === undefined ? {} : { ttl_seconds: request.ttlSeconds }),
    ...(instance === '' ? {} : { instance_id: instance }),
  });
  const allocated = async (body: AllocateBody): Promise<AllocateAnswer> => {
    const client = await reach();
    try {
      return expectOk(await client.request<AllocateAnswer>('POST', '/allocate', body));
    } finally {
      client.close();
    }
  };

  const styxy: Styxy = {
    projectPath: project.path,
    async allocate(wanted) {
      const request = requestOf(wanted);
      const answer = await allocated(bodyOf(request));
      const known = kept.get(answer.lock_id);
      // Asked for twice it is one lease, and given back once.
      if (known !== undefined) return known.lease;
      return keep(answer, !answer.existing || answer.pid === process.pid, request.ttlSeconds);
    },
    async claim(wanted) {
      const request = requestOf(wanted);
      const body = bodyOf(request);
      const client = await reach();
      let claim = await settleClaim(client, await claimLease(client, body), process.pid, body);
      client.close();
      if (claim.kind === 'mine' && keptHere.has(claim.lease.lock_id)) {
        const lease = await allocated({ ...body, new: true });
        claim = { kind: 'mine', lease, elsewhere: claim.lease, message: lease.message };
      }
      if (claim.kind === 'runs')
        throw new StyxyError(
          'SINGLETON_HELD',
          claim.message ??
            `${claim.lease.service_type} runs on port ${claim.lease.port}, and the machine runs one of it`,
          { fields: { lease: claim.lease } },
        );
      const answer = { ...claim.lease, success: true as const, existing: false, message: claim.message };
      const lease = keep(answer, true, request.ttlSeconds);
      claim.held?.hold.close();
      return lease;
    },
    async withPort(wanted, use) {
      const lease = await styxy.claim(wanted);
      try {
        return await use(lease);
      } finally {
        await lease[Symbol.asyncDispose]();
      }
    },
    async close() {
      for (const port of [...kept.values()]) port.letGo();
    },
    [Symbol.asyncDispose]: () => styxy.close(),
  };
  return styxy;
}

function requestOf(wanted: PortRequest | string): PortRequest {
  return typeof wanted === 'string' ? { serviceType: wanted } : wanted;
}
