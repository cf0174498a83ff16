// Proves that a crowd which asks at the same moment gets what each of it should: no port twice, no lease too many.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { AllocateAnswer, AllocationsAnswer, LeaseJson } from '../../src/api/schemas.ts';
import { askAtOnce, type Reply } from './crowd.ts';
import { startDaemon, type TestDaemon } from './daemon-fixture.ts';
import { freeRange, type Range } from './port-range.ts';

/** What an answer may hold, granted or refused. */
type Answered = AllocateAnswer & {
  readonly code: string;
  readonly hint: string;
  readonly range: { readonly start: number; readonly end: number };
  readonly holders: readonly { readonly port: number; readonly holder: string }[];
  readonly holders_total: number;
};

const CROWD = 1000;
const SMALL = 20;
/** How often a crowd may meet a program of somebody else's on the range that looked free. */
const TRIES = 3;

let daemon: TestDaemon;
let type: { readonly name: string; readonly range: Range };

/** A daemon with one range that nobody else is on; a single type beside it. */
async function startWith(size: number): Promise<void> {
  const [first, last] = freeRange('concurrency', size + SMALL);
  const range: Range = [first, first + size - 1];
  const single = { range: [last - SMALL + 1, last], instance_behavior: 'single' };
  daemon = await startDaemon({ config: { service_types: { crowd: { range }, one: single } } });
  type = { name: 'crowd', range };
}

/** Strangers that came onto the range since it was chosen say nothing about Styxy: then another range is taken. */
async function withRange(size: number, run: () => Promise<readonly Reply<Answered>[]>) {
  for (let tries = 1; ; tries++) {
    await startWith(size);
    const replies = await run();
    const granted = new Set(replies.map(({ body }) => body.port));
    const strangers = replies
      .flatMap(({ body }) => body.skipped ?? [])
      .filter(({ port }) => !granted.has(port));
    if (strangers.length === 0) return replies;
    assert.ok(tries < TRIES, `strangers on every range: ${JSON.stringify(strangers.slice(0, 5))}`);
    await daemon.stop();
  }
}

async function allLeases(): Promise<LeaseJson[]> {
  const leases: LeaseJson[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: AllocationsAnswer = (
      await daemon.request<AllocationsAnswer>(
        'GET',
        `/allocations${cursor === '' ? '' : `?cursor=${cursor}`}`,
      )
    ).body;
    leases.push(...page.allocations);
    cursor = page.next_cursor;
  }
  return leases;
}

const portsOf = ([first, last]: Range): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);
const ascending = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);

/** A thousand askers, each with a name and some with wishes that collide. */
const crowd = (size: number): object[] =>
  Array.from({ length: size }, (_, index) => ({
    service_type: type.name,
    service_name: `client-${index}`,
    project_path: `/tmp/crowd/${index % 7}`,
    ...(index % 3 === 0 ? { preferred_port: type.range[0] + (index % 10) } : {}),
  }));

describe('a thousand clients at once', () => {
  after(() => daemon.stop());

  it('get a thousand different ports of a range of a thousand', async () => {
    const replies = await withRange(CROWD, () => askAtOnce<Answered>(daemon, crowd(CROWD)));
    assert.deepEqual(
      replies.filter(({ status }) => status !== 201).map(({ body }) => body.code),
      [],
    );
    assert.deepEqual(ascending(replies.map(({ body }) => body.port)), portsOf(type.range));
    const distinct = (field: 'lock_id' | 'fence') => new Set(replies.map(({ body }) => body[field])).size;
    assert.deepEqual([distinct('lock_id'), distinct('fence')], [CROWD, CROWD]);
    const leases = await allLeases();
    assert.deepEqual(ascending(leases.map(({ port }) => port)), portsOf(type.range));
  });

  it('and they are all there after the daemon was killed', async () => {
    const before = (await allLeases()).map(({ lock_id, port, fence }) => ({ lock_id, port, fence }));
    await daemon.kill9();
    await daemon.restart();
    const later = (await allLeases()).map(({ lock_id, port, fence }) => ({ lock_id, port, fence }));
    assert.equal(later.length, CROWD);
    assert.deepEqual(later, before);
  });
});

describe('a thousand clients at once on one port less', () => {
  after(() => daemon.stop());

  it('are granted all of them, and one is refused and told who holds them', async () => {
    const replies = await withRange(CROWD - 1, () => askAtOnce<Answered>(daemon, crowd(CROWD)));
    const refused = replies.filter(({ status }) => status !== 201);
    assert.deepEqual(
      refused.map(({ status, body }) => [status, body.code]),
      [[409, 'RANGE_EXHAUSTED']],
    );
    const granted = replies.filter(({ status }) => status === 201).map(({ body }) => body.port);
    assert.deepEqual(ascending(granted), portsOf(type.range));
    const [problem] = refused.map(({ body }) => body);
    assert.deepEqual(problem?.range, { start: type.range[0], end: type.range[1] });
    assert.deepEqual([problem?.holders.length, problem?.holders_total], [20, CROWD - 1]);
    for (const { port, holder } of problem?.holders ?? []) {
      assert.ok(granted.includes(port), `${port} is held`);
      assert.match(holder, /client-\d+ .*\/tmp\/crowd\/\d/);
    }
    assert.match(problem?.hint ?? '', /styxy/);
    const [freed] = await allLeases();
    assert.equal((await daemon.request('DELETE', `/allocate/${freed?.lock_id}`)).status, 200);
    const [late] = await askAtOnce<Answered>(daemon, [{ service_type: type.name }]);
    assert.deepEqual([late?.status, late?.body.port], [201, freed?.port]);
  });
});

describe('many askers of the same', () => {
  before(() => startWith(500));
  after(() => daemon.stop());

  const ASKERS = 200;
  const times = (count: number, body: object): object[] => Array.from({ length: count }, () => body);
  const count = async (): Promise<number> =>
    (await daemon.request<AllocationsAnswer>('GET', '/allocations')).body.count;

  /** All of them have one lease, which one of them was granted and the others found. */
  async function assertOneLease(replies: readonly Reply<Answered>[], leasesBefore: number): Promise<void> {
    const [first] = replies;
    assert.equal(new Set(replies.map(({ body }) => `${body.lock_id} ${body.port} ${body.fence}`)).size, 1);
    assert.equal(typeof first?.body.lock_id, 'string');
    assert.deepEqual(ascending(replies.map(({ status }) => status)), [
      ...times(ASKERS - 1, {}).map(() => 200),
      201,
    ]);
    assert.equal(replies.filter(({ body }) => body.existing).length, ASKERS - 1);
    assert.equal(await count(), leasesBefore + 1);
  }

  it('of one key get one lease', async () => {
    const before = await count();
    const key = { service_type: type.name, service_name: 'web', project_path: '/tmp/crowd/one' };
    await assertOneLease(await askAtOnce<Answered>(daemon, times(ASKERS, key)), before);
  });

  it('of one key, each with another port in mind, get one lease', async () => {
    const before = await count();
    const key = { service_type: type.name, service_name: 'wish', project_path: '/tmp/crowd/one' };
    const wishes = times(ASKERS, key).map((body, index) => ({
      ...body,
      preferred_port: type.range[0] + index,
    }));
    await assertOneLease(await askAtOnce<Answered>(daemon, wishes), before);
  });

  it('of one singleton get one lease, whoever they are', async () => {
    const before = await count();
    const askers = times(ASKERS, {}).map((_, index) => ({
      service_type: 'one',
      ...(index % 2 === 0 ? { project_path: `/tmp/crowd/${index}` } : { instance_id: `agent-${index}` }),
    }));
    await assertOneLease(await askAtOnce<Answered>(daemon, askers), before);
  });

  it('with one request id get one lease and the same answer', async () => {
    const before = await count();
    // Without a name: nothing but the id makes it the same request.
    const body = { service_type: type.name, request_id: 'the-same' };
    const [first, ...rest] = await askAtOnce<Answered>(daemon, times(100, body));
    assert.equal(first?.status, 201);
    for (const reply of rest) assert.deepEqual(reply, first);
    assert.equal(await count(), before + 1);
  });

  it('with as many request ids get as many leases', async () => {
    const before = await count();
    const bodies = times(100, {}).map((_, index) => ({
      service_type: type.name,
      request_id: `own-${index}`,
    }));
    const replies = await askAtOnce<Answered>(daemon, bodies);
    assert.equal(new Set(replies.map(({ body }) => body.port)).size, 100);
    assert.equal(await count(), before + 100);
  });
});
