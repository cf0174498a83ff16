// Owns the program in a pid namespace of its own: the real coordinator on the real tables, a holder that dies, and its heir.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCoordinator } from '../../src/coordinator/coordinator.ts';
import { DEFAULT_TIMINGS } from '../../src/coordinator/timings.ts';
import type { LeaseEntry } from '../../src/core/lease.ts';
import { createClock } from '../../src/os/clock.ts';
import { createPortTable, createProcessTable } from '../../src/os/platform.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { serviceType, testCatalogue } from '../fixtures/catalogue.ts';
import { allocateRequest } from '../fixtures/core-desk.ts';

/** Other threads of this namespace count pids too, so the wanted one may be missed a few times. */
const MOST_TRIES = 200;
const SERVER = `
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => console.log(signal));
  require('node:net').createServer().listen(Number(process.env.PORT), '127.0.0.1', () => console.log('up'));
`;

const [task = ''] = process.argv.slice(2);
const project = realpathSync(mkdtempSync(join(tmpdir(), 'styxy-reuse-')));
process.once('exit', () => rmSync(project, { recursive: true, force: true }));
const table = createProcessTable();
const port = await freePort();
const catalogue = testCatalogue([serviceType('dev', port, port)]);
let tick = (): void => {};
let lockIds = 0;
const coordinator = await startCoordinator({
  store: createMemoryStore(),
  probe: { taken: () => [] },
  ports: createPortTable(),
  processes: table,
  clock: createClock(),
  // Ticks come when this program wants them, so that no pass sees the pid while nobody has it.
  scheduler: {
    defer: (fn) => void setImmediate(fn),
    after: (_delayMs, fn) => {
      tick = fn;
      return () => {};
    },
  },
  catalogue: () => catalogue,
  newLockId: () => `lk_${++lockIds}`,
  directoryExists: () => true,
  onFault: (error) => {
    throw error;
  },
  // Each pass reads the listeners anew.
  timings: { ...DEFAULT_TIMINGS, passMs: 0, sharedTableMs: 0 },
});

const holder = spawn('sleep', ['600'], { cwd: project });
const pid = pidOf(holder);
const identity = table.identify(pid);
assert.ok(identity, 'the holder can be identified');
const granted = await coordinator.submit<'allocate'>({
  kind: 'allocate',
  request: allocateRequest({ projectPath: project, pid, process: identity }),
  requestId: null,
});
assert.ok(granted.ok);
await pass();
assert.equal((await lease())?.vitals.process, 'alive');
// The server is no child of the holder, but it works in the lease's project.
const server = task === 'orphan' ? await serve(project) : null;
if (server !== null) {
  await pass();
  assert.equal((await lease())?.vitals.state, 'active');
}

holder.kill('SIGKILL');
await once(holder, 'exit');
const heir = await heirOf(pid);
if (task === 'listening') await once(heir.stdout ?? assert.fail(), 'data');
const heirIdentity = table.identify(pid);
assert.ok(heirIdentity);
assert.notEqual(heirIdentity.startTicks, identity.startTicks);
assert.equal(table.life(identity), 'dead', 'the pid is there, but not the process');

await pass();
const left = await lease();
if (server === null) {
  assert.equal(left, undefined, 'the lease of a dead holder ends');
  const rests = await coordinator.query(({ state }) => state.quarantine('tcp', port));
  assert.ok(rests !== undefined, 'its port rests');
} else {
  assert.deepEqual([left?.vitals.state, left?.vitals.orphan, left?.vitals.process], ['active', true, 'dead']);
}
assert.equal(table.life(heirIdentity), 'alive', 'the heir is left alone');
assert.equal(heir.stdout?.read() ?? null, null, 'and gets no signal');

await coordinator.stop();
console.log('done');
// The first process of a namespace takes all others along.
process.exit(0);

/** Takes one tick of the watch, and waits until the next one is planned. */
async function pass(): Promise<void> {
  const run = tick;
  tick = () => {};
  const idle = tick;
  run();
  while (tick === idle) await new Promise((resolve) => setImmediate(resolve));
}

function lease(): Promise<LeaseEntry | undefined> {
  return coordinator.query(({ state }) => state.lease('lk_1'));
}

async function serve(cwd: string): Promise<ChildProcess> {
  const child = startServer(cwd);
  await once(child.stdout ?? assert.fail(), 'data');
  return child;
}

function startServer(cwd: string): ChildProcess {
  const env = { ...process.env, PORT: String(port) };
  return spawn(process.execPath, ['-e', SERVER], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Another process that has the pid of a dead one: it sleeps, or listens on the leased port, in a place of its own. */
async function heirOf(wanted: number): Promise<ChildProcess> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    writeFileSync('/proc/sys/kernel/ns_last_pid', String(wanted - 1));
    const child = task === 'listening' ? startServer('/') : spawn('sleep', ['600'], { cwd: '/' });
    if (pidOf(child) === wanted) return child;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  return assert.fail(`no process got pid ${wanted}`);
}

function pidOf({ pid: found }: ChildProcess): number {
  assert.ok(found !== undefined);
  return found;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}
