// Proves that what was acknowledged survives the death of the daemon, a hundred times in a row, right after replies and at
// random moments. STYXY_KILLS says how many rounds; `npm run kills` has a thousand.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { AllocateAnswer, AllocationsAnswer, LeaseJson } from '../../src/api/schemas.ts';
import { startDaemon, type TestDaemon } from './daemon-fixture.ts';
import { Connection, emptyLedger, know, type Ledger, work } from './killed-clients.ts';
import { freeRange } from './port-range.ts';

const ROUNDS = Number(process.env.STYXY_KILLS ?? 100);
/** What a round may take on a machine that is busy with other tests. */
const MOST_MS = 10_000;
const CLIENTS = 6;
/** The daemon is killed at one of the first so many answers of a round. */
const MOST_ANSWERS = 40;
/** In every second round it is killed at a random moment of these first milliseconds instead, whatever it does then. */
const MOMENT_MS = 60;
/** How many former requests are sent again after each restart. */
const REPEATED = 5;

const TYPE = 'killed';
const ledger: Ledger = emptyLedger();
let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon({
    isBuilt: true,
    config: { service_types: { [TYPE]: { range: freeRange('killing', 200) } } },
  });
});
after(() => daemon.stop());

/** Lets all clients work, and kills the daemon the moment that one of them has read its answer, or at any moment. */
async function workUntilKilled(isRightAfterAnswer: boolean): Promise<void> {
  let left = isRightAfterAnswer ? 1 + Math.floor(Math.random() * MOST_ANSWERS) : Number.POSITIVE_INFINITY;
  let killed: Promise<void> | null = null;
  if (!isRightAfterAnswer) {
    setTimeout(() => {
      killed = daemon.kill9();
    }, Math.random() * MOMENT_MS);
  }
  const onAnswer = (): void => {
    left -= 1;
    if (left <= 0) killed ??= daemon.kill9();
  };
  const clients = Array.from({ length: CLIENTS }, (_, client) => client);
  await Promise.all(clients.map((client) => work({ daemon, ledger, serviceType: TYPE, client, onAnswer })));
  await killed;
}

async function leases(): Promise<readonly LeaseJson[]> {
  return (await daemon.request<AllocationsAnswer>('GET', '/allocations')).body.allocations;
}

/** What the new daemon has is what was acknowledged, and besides it only what was under way. */
function assertKept(found: readonly LeaseJson[], now: number): void {
  const byId = new Map(found.map((lease) => [lease.lock_id, lease]));
  assert.equal(new Set(found.map(({ port }) => port)).size, found.length, 'a port has two leases');
  assert.equal(new Set(found.map(({ fence }) => fence)).size, found.length, 'two leases have one fence');
  for (const known of ledger.leases.values()) {
    const lease = byId.get(known.lockId);
    if (lease === undefined) {
      assert.ok(known.isDoubtful, `lost: ${JSON.stringify(known)}`);
      continue;
    }
    const { lockId: lock_id, port, fence, serviceName: service_name } = known;
    assert.deepEqual(
      [lease.lock_id, lease.port, lease.fence, lease.service_name],
      [lock_id, port, fence, service_name],
    );
    const leftSeconds = (Date.parse(lease.expires_at ?? '') - now) / 1000;
    assert.ok(leftSeconds > known.ttlSeconds / 2, `renewal lost: ${JSON.stringify([known, lease])}`);
  }
  const undone = found.filter(({ lock_id }) => ledger.released.has(lock_id));
  assert.deepEqual(undone, [], 'a release was undone');
  const unknown = found.filter(({ lock_id }) => !ledger.leases.has(lock_id));
  assert.ok(unknown.length <= CLIENTS, `more than was under way: ${JSON.stringify(unknown)}`);
}

/** Requests that were answered get the same answer; the ones that the daemon died over are sent again and belong to us. */
async function repeatRequests(): Promise<void> {
  const connection = new Connection(daemon.home.socket);
  const earlier = Array.from({ length: REPEATED }, () =>
    ledger.answered.at(Math.floor(Math.random() * ledger.answered.length)),
  );
  for (const request of [ledger.answered.at(-1), ...earlier]) {
    if (request === undefined) continue;
    const reply = await connection.send('POST', '/allocate', request.body);
    assert.deepEqual([reply?.status, reply?.body], [request.status, request.answer]);
  }
  for (const body of ledger.open.splice(0)) {
    const reply = await connection.send<AllocateAnswer>('POST', '/allocate', body);
    assert.ok(reply?.status === 201 || reply?.status === 200, reply?.text);
    know(ledger, reply.body);
    const again = await connection.send<AllocateAnswer>('POST', '/allocate', body);
    assert.deepEqual([again?.status, again?.body], [reply.status, reply.body]);
  }
  connection.close();
}

/** What is there now is the truth for the next round: whatever was in doubt is decided. */
async function settle(): Promise<void> {
  const found = await leases();
  const terms = new Map([...ledger.leases.values()].map(({ lockId, ttlSeconds }) => [lockId, ttlSeconds]));
  ledger.leases.clear();
  for (const lease of found) {
    know(ledger, lease);
    const known = ledger.leases.get(lease.lock_id);
    if (known !== undefined) known.ttlSeconds = terms.get(lease.lock_id) ?? 0;
  }
}

describe('a daemon that is killed under load', () => {
  it(`has all that it acknowledged when it comes back, ${ROUNDS} times in a row`, {
    timeout: ROUNDS * MOST_MS,
  }, async (t) => {
    for (let round = 1; round <= ROUNDS; round++) {
      await workUntilKilled(round % 2 === 0);
      await daemon.restart();
      assertKept(await leases(), Date.now());
      await repeatRequests();
      await settle();
    }
    t.diagnostic(
      `${ROUNDS} kills, ${ledger.answers} answers, ${ledger.released.size} releases, highest fence ${ledger.highestFence}: nothing lost, no port twice`,
    );
    assert.ok(ledger.answers >= ROUNDS, `only ${ledger.answers} answers`);
    assert.ok(ledger.released.size > 0 && ledger.answered.length > 0, 'every kind of request was answered');
  });

  it('has the answers of the first rounds too', async () => {
    for (const { body, status, answer } of ledger.answered.slice(0, 20)) {
      const reply = await daemon.request('POST', '/allocate', body);
      assert.deepEqual([reply.status, reply.body], [status, answer]);
    }
  });
});
