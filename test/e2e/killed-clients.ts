// Owns clients that work while the daemon is killed under them, and what each of them was told before that.

import http from 'node:http';
import type { AllocateAnswer, LeaseJson } from '../../src/api/schemas.ts';
import type { Answer, Fields, TestDaemon } from './daemon-fixture.ts';

/** What a client knows of a lease from answers alone. */
export interface Known {
  readonly lockId: string;
  readonly port: number;
  readonly fence: number;
  readonly serviceName: string;
  /** Of the last renewal that was answered, in seconds. */
  ttlSeconds: number;
  /** A release was sent and no answer came: it may be there or not. */
  isDoubtful: boolean;
}

/** A request with an id, and the answer that it got. */
export interface Answered {
  readonly body: object;
  readonly status: number;
  readonly answer: unknown;
}

/** All that was acknowledged, to whomever. */
export interface Ledger {
  readonly leases: Map<string, Known>;
  /** Lock ids of leases whose release was answered. */
  readonly released: Set<string>;
  readonly answered: Answered[];
  /** Requests with an id on which the daemon died. */
  readonly open: object[];
  highestFence: number;
  answers: number;
}

export function emptyLedger(): Ledger {
  return { leases: new Map(), released: new Set(), answered: [], open: [], highestFence: 0, answers: 0 };
}

/** More than the term of an hour by so much that no delay could be taken for it. */
const LONG_TTL_SECONDS = 1_000_000;
const NAMES_EACH = 6;
/** Every so many requests carry a request id. */
const WITH_ID = 2;

/** A connection that is kept, as a program that asks often has it. */
export class Connection {
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  readonly #socketPath: string;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  /** @returns null when the daemon died over it */
  send<Body = Fields>(method: string, path: string, body?: object): Promise<Answer<Body> | null> {
    const payload = body === undefined ? '' : JSON.stringify(body);
    return new Promise((resolve) => {
      const request = http.request({
        socketPath: this.#socketPath,
        agent: this.#agent,
        method,
        path,
        headers: {
          'content-length': Buffer.byteLength(payload),
          ...(payload === '' ? {} : { 'content-type': 'application/json' }),
        },
      });
      request.once('error', () => resolve(null));
      request.once('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (more: string) => {
          text += more;
        });
        response.once('error', () => resolve(null));
        response.once('close', () => {
          // An answer that was cut off is none.
          if (!response.complete) return resolve(null);
          const { statusCode: status = 0, headers } = response;
          resolve({ status, headers, text, body: JSON.parse(text) as Body });
        });
      });
      request.end(payload);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

export interface WorkOptions {
  readonly daemon: TestDaemon;
  readonly ledger: Ledger;
  readonly serviceType: string;
  /** Which client this is: each has names of its own. */
  readonly client: number;
  /** Called after each answer that acknowledges something. */
  readonly onAnswer: () => void;
}

/**
 * Allocates, renews and releases at random until the daemon dies, and records what was answered.
 *
 * @throws Error at an answer that should not be
 */
export async function work({ daemon, ledger, serviceType, client, onAnswer }: WorkOptions): Promise<void> {
  const connection = new Connection(daemon.home.socket);
  const project = `/tmp/killed/${client}`;
  try {
    for (let step = 0; ; step++) {
      const serviceName = `client-${client}-${Math.floor(Math.random() * NAMES_EACH)}`;
      const mine = [...ledger.leases.values()].find((known) => known.serviceName === serviceName);
      const isOver =
        mine === undefined
          ? await allocate(
              { service_type: serviceType, service_name: serviceName, project_path: project },
              step,
            )
          : Math.random() < 0.6
            ? await release(mine)
            : await renew(mine);
      if (isOver) return;
      ledger.answers += 1;
      onAnswer();
    }
  } finally {
    connection.close();
  }

  async function allocate(request: object, step: number): Promise<boolean> {
    const hasId = step % WITH_ID === 0;
    const body = hasId ? { ...request, request_id: crypto.randomUUID() } : request;
    const fenceBefore = ledger.highestFence;
    const reply = await connection.send<AllocateAnswer>('POST', '/allocate', body);
    if (reply === null) {
      if (hasId) ledger.open.push(body);
      return true;
    }
    // 200: the grant of an earlier round whose answer never came.
    if (reply.status !== 201 && reply.status !== 200) throw new Error(reply.text);
    if (reply.status === 201 && reply.body.fence <= fenceBefore)
      throw new Error(`fence ${reply.body.fence} was granted after ${fenceBefore}: ${reply.text}`);
    if (hasId) ledger.answered.push({ body, status: reply.status, answer: reply.body });
    know(ledger, reply.body);
    return false;
  }

  async function release(known: Known): Promise<boolean> {
    known.isDoubtful = true;
    const reply = await connection.send('DELETE', `/allocate/${known.lockId}?fence=${known.fence}`);
    if (reply === null) return true;
    if (reply.status !== 200) throw new Error(reply.text);
    ledger.leases.delete(known.lockId);
    ledger.released.add(known.lockId);
    return false;
  }

  async function renew(known: Known): Promise<boolean> {
    const ttlSeconds = LONG_TTL_SECONDS + Math.floor(Math.random() * LONG_TTL_SECONDS);
    const body = { ttl_seconds: ttlSeconds, fence: known.fence };
    const reply = await connection.send('PUT', `/allocate/${known.lockId}/heartbeat`, body);
    if (reply === null) {
      // It may have come to the store, or not.
      known.ttlSeconds = 0;
      return true;
    }
    if (reply.status !== 200) throw new Error(reply.text);
    known.ttlSeconds = ttlSeconds;
    return false;
  }
}

/** Takes a lease for acknowledged. */
export function know(ledger: Ledger, lease: LeaseJson): void {
  const { lock_id: lockId, port, fence, service_name } = lease;
  const serviceName = service_name ?? '';
  ledger.highestFence = Math.max(ledger.highestFence, fence);
  ledger.leases.set(lockId, { lockId, port, fence, serviceName, ttlSeconds: 0, isDoubtful: false });
}
