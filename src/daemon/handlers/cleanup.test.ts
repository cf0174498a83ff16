import assert from 'node:assert/strict';
import type { Readable } from 'node:stream';
import { test } from 'node:test';
import type { FastifyReply } from 'fastify';
import { serviceType, testCatalogue } from '../../../test/fixtures/catalogue.ts';
import { createDesk } from '../../../test/fixtures/core-desk.ts';
import type { CleanupAnswer } from '../../api/schemas-cleanup.ts';
import type { DaemonContext } from '../context.ts';
import { cleanup } from './cleanup.ts';

/** Cleans up two leases, of which the system says of the last `unseen` nothing. */
async function clean(force: boolean, unseen: number): Promise<void> {
  const desk = createDesk(testCatalogue([serviceType('dev', 3000, 3009)]));
  const ids = ['/a', '/b'].map((projectPath) => desk.granted({ projectPath }).snapshot.lease.lockId);
  const seen = ids.map((id, index) => [id, index < ids.length - unseen ? 'none' : 'unknown'] as const);
  desk.submit({ kind: 'observe', listeners: new Map(seen), holders: new Map(), instances: new Map() });
  const context = {
    coordinator: {
      submit: async () => ({ ok: true, ...desk.submit({ kind: 'cleanup', force, dryRun: false }) }),
    },
  } as unknown as DaemonContext;
  const reply = { header: () => reply, request: { headers: {} } } as unknown as FastifyReply;
  await cleanup(context, { params: undefined, query: undefined, body: { force } }, reply);
}

test('force that may end nothing, since nobody knows who listens, is told as that', async () => {
  await assert.rejects(clean(true, 2), { code: 'PORTS_UNREADABLE', message: /on the ports of 2 leases/ });
});

test('force that ended something, and a clean-up without force, are answered', async () => {
  await clean(true, 1);
  await clean(true, 0);
  await clean(false, 2);
});

test('every lease that stays is told of, however many there are', async () => {
  const leases = 2_500;
  const desk = createDesk(testCatalogue([serviceType('dev', 3000, 2999 + leases)]));
  for (let at = 0; at < leases; at++) desk.granted({ projectPath: `/p${at}` });
  const context = {
    coordinator: {
      submit: async () => ({ ok: true, ...desk.submit({ kind: 'cleanup', force: false, dryRun: true }) }),
    },
  } as unknown as DaemonContext;
  const reply = { header: () => reply, request: { headers: {} } } as unknown as FastifyReply;
  const answer = await cleanup(context, { params: undefined, query: undefined, body: {} }, reply);
  const { kept, stays }: CleanupAnswer = JSON.parse(
    Buffer.concat(await (answer as Readable).toArray()).toString(),
  );
  assert.deepEqual([kept, stays.length], [leases, leases]);
  assert.ok(stays.every(({ reason }) => reason === 'term-runs'));
});
