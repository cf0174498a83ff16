// Owns what must be true of a daemon that comes back after it was killed under clients, by what they were told.

import assert from 'node:assert/strict';
import type { AllocateAnswer, AllocationsAnswer, LeaseJson } from '../../src/api/schemas.ts';
import type { TestDaemon } from './daemon-fixture.ts';
import { Connection, know, type Ledger } from './killed-clients.ts';

/** How many former requests are sent again after each restart. */
const REPEATED = 5;

/**
 * Compares the daemon with all that was acknowledged, sends requests again, and settles what was in doubt: the ledger is the
 * truth afterwards.
 *
 * @param clients how many worked when it was killed; so many answers may have been under way
 * @throws AssertionError when anything that was acknowledged is lost, undone or another
 */
export async function comeBack(daemon: TestDaemon, ledger: Ledger, clients: number): Promise<void> {
  assertKept(await leases(daemon), ledger, clients, Date.now());
  await repeatRequests(daemon, ledger);
  await settle(daemon, ledger);
}

async function leases(daemon: TestDaemon): Promise<readonly LeaseJson[]> {
  return (await daemon.request<AllocationsAnswer>('GET', '/allocations')).body.allocations;
}

/** What the new daemon has is what was acknowledged, and besides it only what was under way. */
function assertKept(found: readonly LeaseJson[], ledger: Ledger, clients: number, now: number): void {
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
  assert.ok(unknown.length <= clients, `more than was under way: ${JSON.stringify(unknown)}`);
}

/** Requests that were answered get the same answer; the ones that the daemon died over are sent again and belong to us. */
async function repeatRequests(daemon: TestDaemon, ledger: Ledger): Promise<void> {
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
async function settle(daemon: TestDaemon, ledger: Ledger): Promise<void> {
  const found = await leases(daemon);
  const terms = new Map([...ledger.leases.values()].map(({ lockId, ttlSeconds }) => [lockId, ttlSeconds]));
  ledger.leases.clear();
  for (const lease of found) {
    know(ledger, lease);
    const known = ledger.leases.get(lease.lock_id);
    if (known !== undefined) known.ttlSeconds = terms.get(lease.lock_id) ?? 0;
  }
}
