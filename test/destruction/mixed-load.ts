// Owns a mixed load at full speed: clients of every kind on one daemon, and the ledger that says what each was told.

import type { AllocateAnswer, AllocationsAnswer, LeaseJson } from '../../src/api/schemas.ts';
import type { Fields } from '../e2e/daemon-fixture.ts';
import { Connection } from '../e2e/killed-clients.ts';

/** What must never happen; whoever meets it says what it was. */
export class Broken extends Error {}

interface Held {
  readonly lockId: string;
  readonly fence: number;
  readonly serviceName: string;
}

export interface MixedLoad {
  readonly answers: number;
  readonly grants: number;
  readonly refusals: number;
  readonly held: number;
  /** Works for `milliseconds`; afterwards nothing is under way. */
  work(milliseconds: number): Promise<void>;
  /**
   * Compares what the daemon lists with all that was acknowledged.
   *
   * @throws Broken when a lease is lost, doubled or not what was answered
   */
  compare(): Promise<void>;
  close(): void;
}

/** Requests that the daemon has to refuse. */
const REFUSED: readonly (readonly [method: string, path: string, body?: object])[] = [
  ['POST', '/allocate', { service_type: 'there-is-no-such-type' }],
  ['POST', '/allocate', { service_type: 7 }],
  ['DELETE', '/allocate/there-is-no-such-lease'],
  ['PUT', '/allocate/there-is-no-such-lease/heartbeat', {}],
  ['GET', '/check/0'],
  ['GET', '/there-is-no-such-route'],
  ['PUT', '/instance/nobody/heartbeat', {}],
];
const READS = ['/allocations?limit=50', '/status', '/health', '/instance/list', '/config', '/audit?limit=20'];
const NAMES_EACH = 8;
/** How many instances come and go. */
const INSTANCES = 20;

/** @param socketPath of the daemon; its type `serviceType` must have more ports than the clients have names */
export function mixedLoad(socketPath: string, serviceType: string, clients: number): MixedLoad {
  const connections = Array.from({ length: clients }, () => new Connection(socketPath));
  /** By port. A lease leaves before its release is sent: from then on the port may be another's. */
  const ledger = new Map<number, Held>();
  let highestFence = 0;
  let answers = 0;
  let grants = 0;
  let refusals = 0;

  async function send<Body = Fields>(
    client: number,
    statuses: readonly number[],
    method: string,
    path: string,
    body?: object,
  ) {
    const reply = await connections[client]?.send<Body>(method, path, body);
    if (reply === null || reply === undefined) throw new Broken(`no answer to ${method} ${path}`);
    if (!statuses.includes(reply.status)) throw new Broken(`${method} ${path}: ${reply.text}`);
    answers += 1;
    return reply;
  }

  async function allocate(client: number, serviceName: string): Promise<void> {
    const fenceBefore = highestFence;
    const { body } = await send<AllocateAnswer>(client, [201], 'POST', '/allocate', {
      service_type: serviceType,
      service_name: serviceName,
      project_path: `/tmp/soaked/${client}`,
    });
    const holder = ledger.get(body.port);
    if (holder !== undefined)
      throw new Broken(`port ${body.port} was granted twice: ${JSON.stringify([holder, body])}`);
    if (body.fence <= fenceBefore) throw new Broken(`fence ${body.fence} came after ${fenceBefore}`);
    highestFence = Math.max(highestFence, body.fence);
    ledger.set(body.port, { lockId: body.lock_id, fence: body.fence, serviceName });
    grants += 1;
  }

  async function tend(client: number, port: number, { lockId, fence }: Held): Promise<void> {
    if (Math.random() < 0.5) {
      ledger.delete(port);
      await send(client, [200], 'DELETE', `/allocate/${lockId}?fence=${fence}`);
      return;
    }
    const isStale = Math.random() < 0.1;
    const body = { fence: isStale ? fence - 1 : fence, ttl_seconds: 86_400 };
    await send(client, [isStale ? 409 : 200], 'PUT', `/allocate/${lockId}/heartbeat`, body);
  }

  async function step(client: number): Promise<void> {
    const chance = Math.random();
    if (chance < 0.05) {
      const [method, path, body] = pick(REFUSED);
      await send(client, [400, 404, 422], method, path, body);
      refusals += 1;
    } else if (chance < 0.15) {
      await send(client, [200], 'GET', pick(READS));
    } else if (chance < 0.2) {
      await send(client, [200], 'GET', `/check/${pick([3000, 8080, ...ledger.keys()])}`);
    } else if (chance < 0.23) {
      const id = `agent-${Math.floor(Math.random() * INSTANCES)}`;
      await send(client, [200, 201], 'POST', '/instance/register', { instance_id: id });
      if (Math.random() < 0.5) await send(client, [200, 404], 'DELETE', `/instance/${id}`);
    } else {
      const serviceName = `client-${client}-${Math.floor(Math.random() * NAMES_EACH)}`;
      const mine = [...ledger].find(([, held]) => held.serviceName === serviceName);
      await (mine === undefined ? allocate(client, serviceName) : tend(client, ...mine));
    }
  }

  return {
    get answers() {
      return answers;
    },
    get grants() {
      return grants;
    },
    get refusals() {
      return refusals;
    },
    get held() {
      return ledger.size;
    },
    work: async (milliseconds) => {
      const end = performance.now() + milliseconds;
      await Promise.all(
        connections.map(async (_, client) => {
          while (performance.now() < end) await step(client);
        }),
      );
    },
    compare: async () => {
      const found = await allLeases(connections[0]);
      const ports = new Set(found.map(({ port }) => port));
      if (ports.size !== found.length) throw new Broken('a port has two leases');
      const known = (lease: LeaseJson) => ledger.get(lease.port);
      for (const lease of found) {
        const held = known(lease);
        if (held?.lockId !== lease.lock_id || held.fence !== lease.fence)
          throw new Broken(`this is not what was answered: ${JSON.stringify([held, lease])}`);
      }
      for (const [port, held] of ledger)
        if (!ports.has(port)) throw new Broken(`lost: ${JSON.stringify([port, held])}`);
    },
    close: () => {
      for (const connection of connections) connection.close();
    },
  };
}

/** Every lease of the daemon, page by page. */
export async function allLeases(connection: Connection | undefined): Promise<readonly LeaseJson[]> {
  const leases: LeaseJson[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const path: string = cursor === '' ? '/allocations' : `/allocations?cursor=${cursor}`;
    const reply = await connection?.send<AllocationsAnswer>('GET', path);
    if (reply === null || reply === undefined || reply.status !== 200)
      throw new Broken(`GET ${path}: ${reply?.text ?? 'no answer'}`);
    leases.push(...reply.body.allocations);
    cursor = reply.body.next_cursor;
  }
  return leases;
}

function pick<Each>(from: readonly Each[]): Each {
  return from[Math.floor(Math.random() * from.length)] as Each;
}
