// Proves what the built daemon makes of a state file that was cut at every 512 bytes, of which bits were flipped, that was emptied
// or comes from a newer version: it serves, and no lease is lost without a word, changed, or granted twice.
// STYXY_CRASHES=1 takes every cut and a thousand flips; else a few.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { AllocateAnswer, LeaseJson } from '../../src/api/schemas.ts';
import type { StatusAnswer } from '../../src/api/schemas-daemon.ts';
import { allLeases } from '../destruction/mixed-load.ts';
import { startDaemon, type TestDaemon } from './daemon-fixture.ts';
import { Connection } from './killed-clients.ts';
import { freeRange } from './port-range.ts';

const isThorough = process.env.STYXY_CRASHES === '1';
const TYPE = 'damaged';
const PROJECTS = 12;
const NAMES_EACH = 4;
const SECTOR_BYTES = 512;
const CUTS = 12;
const FLIPS = isThorough ? 1000 : 24;
/** Of the header: which version of the schema the file has. */
const VERSION_AT = 60;

let daemon: TestDaemon;
let connection: Connection;
/** What was acknowledged, by lock id, and the file that holds it. */
const granted = new Map<string, LeaseJson>();
/** Those that were released again: of a damaged file the end may be lost, and the lease be back until its term is over. */
const released = new Map<string, LeaseJson>();
let highestFence = 0;
let sound: Buffer;

before(async () => {
  daemon = await startDaemon({
    isBuilt: true,
    config: { service_types: { [TYPE]: { range: freeRange('killing', 150) } } },
  });
  connection = new Connection(daemon.home.socket);
  for (let project = 0; project < PROJECTS; project++)
    for (let name = 0; name < NAMES_EACH; name++) await allocate(`/tmp/damaged/${project}`, `name-${name}`);
  for (const lease of [...granted.values()].filter((_, index) => index % 5 === 0)) {
    const { lock_id, fence } = lease;
    assert.equal((await connection.send('DELETE', `/allocate/${lock_id}?fence=${fence}`))?.status, 200);
    granted.delete(lock_id);
    released.set(lock_id, lease);
  }
  for (const lease of await allLeases(connection)) granted.set(lease.lock_id, lease);
  await daemon.end();
  sound = readFileSync(daemon.home.store);
});
after(async () => {
  connection?.close();
  await daemon?.stop();
});

async function allocate(project_path: string, service_name: string): Promise<AllocateAnswer> {
  const count = service_name === 'name-3' ? 3 : 1;
  const body = { service_type: TYPE, service_name, project_path, count };
  const reply = await connection.send<AllocateAnswer>('POST', '/allocate', body);
  assert.equal(reply?.status, 201, reply?.text);
  granted.set(reply.body.lock_id, reply.body);
  highestFence = Math.max(highestFence, reply.body.fence);
  return reply.body;
}

/** What is promised of a lease as long as nothing happens to it. */
function promise({ lock_id, port, ports, fence, service_type, service_name, project_path }: LeaseJson) {
  return { lock_id, port, ports, fence, service_type, service_name, project_path };
}

/** @returns how many leases were lost, or null where the daemon refused to start and touched nothing */
async function startOn(bytes: Buffer, what: string): Promise<number | null> {
  const { home } = daemon;
  rmSync(home.backups, { recursive: true, force: true });
  rmSync(`${home.store}-wal`, { force: true });
  writeFileSync(home.store, bytes, { mode: 0o600 });
  try {
    await daemon.restart();
  } catch (error) {
    assert.match(String(error), /STORE_NEWER/, what);
    assert.deepEqual(readFileSync(home.store), bytes, `${what}: a newer store was touched`);
    return null;
  }
  try {
    return await lostNow(what, bytes.length);
  } finally {
    await daemon.kill9();
  }
}

/** Judges the daemon that serves now by what was acknowledged. @param size of the file before it was opened, in bytes @returns how many leases are lost */
async function lostNow(what: string, size: number): Promise<number> {
  const { home } = daemon;
  const found = await allLeases(connection);
  for (const lease of found) {
    const known = granted.get(lease.lock_id) ?? released.get(lease.lock_id);
    assert.ok(known !== undefined, `${what}: nobody was granted ${JSON.stringify(lease)}`);
    assert.deepEqual(promise(lease), promise(known), what);
  }
  const ports = found.flatMap((lease) => lease.ports);
  assert.equal(new Set(ports).size, ports.length, `${what}: a port has two leases`);
  const isThere = new Set(found.map(({ lock_id }) => lock_id));
  const lost = [...granted.keys()].filter((lockId) => !isThere.has(lockId)).length;
  const { recovery } = (await daemon.request<StatusAnswer>('GET', '/status')).body;
  if (lost > 0 || found.some(({ lock_id }) => released.has(lock_id))) {
    assert.ok(recovery.set_aside > 0, `${what}: ${lost} leases are lost, and nothing is said`);
    // Of an empty file there is nothing to keep.
    assert.ok(size === 0 || readdirSync(home.backups).length > 0, `${what}: no backup`);
  }
  const body = { service_type: TYPE, service_name: 'next', project_path: '/tmp/damaged/next' };
  const next = await connection.send<AllocateAnswer>('POST', '/allocate', body);
  assert.equal(next?.status, 201, `${what}: ${next?.text}`);
  assert.ok(next.body.fence > highestFence, `${what}: fence ${next.body.fence} after ${highestFence}`);
  assert.ok(!ports.includes(next.body.port), `${what}: ${next.body.port} was granted twice`);
  const log = readFileSync(join(home.logs, 'daemon.log'), 'utf8');
  assert.doesNotMatch(log, /a bug|uncaught|"level":60/i, what);
  return lost;
}

async function startOnEach(files: Iterable<readonly [what: string, bytes: Buffer]>): Promise<string> {
  let starts = 0;
  let lost = 0;
  let refused = 0;
  for (const [what, bytes] of files) {
    const result = await startOn(bytes, what);
    starts += 1;
    if (result === null) refused += 1;
    else lost += result;
  }
  return `${starts} starts: ${refused} refused a newer version, ${lost} of ${(starts - refused) * granted.size} leases lost, all of them told`;
}

describe('a daemon that finds its state file', () => {
  it('as it was has every lease', async () => {
    assert.equal(await startOn(sound, 'sound'), 0);
  });

  it('cut at any sector says so, and has what is left', async (t) => {
    const sectors = Math.floor(sound.length / SECTOR_BYTES);
    const cuts = isThorough
      ? Array.from({ length: sectors }, (_, index) => index)
      : Array.from({ length: CUTS }, () => Math.floor(Math.random() * sectors));
    const files = cuts.map((cut) => {
      const length = cut * SECTOR_BYTES;
      return [`cut at ${length} of ${sound.length}`, sound.subarray(0, length)] as const;
    });
    t.diagnostic(await startOnEach(files));
  });

  it('with a flipped bit has every lease as it was, or says what it lost', async (t) => {
    const files = Array.from({ length: FLIPS }, () => {
      const at = Math.floor(Math.random() * sound.length);
      const bit = Math.floor(Math.random() * 8);
      const bytes = Buffer.from(sound);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
      return [`bit ${bit} of byte ${at} flipped`, bytes] as const;
    });
    t.diagnostic(await startOnEach(files));
  });

  it('emptied says so, and uses no fence again', async () => {
    assert.equal(await startOn(Buffer.alloc(0), 'emptied'), granted.size);
  });

  it('from a newer version refuses to start and leaves it as it is', async () => {
    const newer = Buffer.from(sound);
    newer.writeUInt32BE(newer.readUInt32BE(VERSION_AT) + 1, VERSION_AT);
    assert.equal(await startOn(newer, 'newer'), null);
    assert.equal(await startOn(sound, 'the former version again'), 0);
  });
});
