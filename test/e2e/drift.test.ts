// Proves that a server which opened another port than its lease's is found, by its process tree, and said so.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { AllocationsAnswer, LeaseJson } from '../../src/api/schemas.ts';
import type { HoldEvent } from '../../src/api/schemas-renew.ts';
import { connect } from '../../src/client/client.ts';
import { startDaemon } from './daemon-fixture.ts';
import { freeRange } from './port-range.ts';
import { RunFixture, SERVER, STYXY, serving, TYPE, until } from './run-fixture.ts';

const NODE = process.execPath;
const range = freeRange('drifting', 40);
/** Where no grant of these tests comes to. */
const outside = range[0] + 30;
let fixture: RunFixture;
before(async () => {
  const config = { service_types: { [TYPE]: { range: [range[0], outside - 1] } } };
  fixture = new RunFixture(await startDaemon({ config }));
});
after(() => fixture.stop());

const leaseOf = async (name: string): Promise<LeaseJson | null> =>
  (await fixture.leases()).find(({ service_name }) => service_name === name) ?? null;

/** Moves on its own once it hears something. */
const MOVER = `${SERVER.replace('const port = Number(process.env.PORT)', 'const port = Number(process.argv[1])')}`;

describe('a server on another port than its own', () => {
  it('is found two processes below the run, and shown by list', async () => {
    const run = fixture.runTyped(
      ['-n', 'mover', '--', 'sh', '-c', `"${NODE}" -e "$MOVER" ${outside}; exit 0`],
      { env: { MOVER } },
    );
    await serving(run);
    const lease = await until('the drift', async () => {
      const found = await leaseOf('mover');
      return found !== null && found.drift.length > 0 ? found : null;
    });
    assert.deepEqual(lease.drift, [outside]);
    assert.equal(lease.state, 'reserved');
    const list = fixture.start(NODE, [...STYXY, 'list']);
    assert.equal(await list.ended, 0);
    assert.match(list.out(), new RegExp(`${lease.port} +mover .*reserved \\(on ${outside}\\)`));
    const own = fixture.start(NODE, [...STYXY, 'check', String(lease.port)]);
    assert.equal(await own.ended, 1);
    assert.match(own.out(), new RegExp(`whose program listens on ${outside} instead`));
    const other = fixture.start(NODE, [...STYXY, 'check', String(outside)]);
    assert.equal(await other.ended, 1);
    assert.match(
      other.out(),
      new RegExp(
        `port ${outside} is held by node \\(pid \\d+\\) .* for mover of .*, which was given port ${lease.port}`,
      ),
    );
    run.child.kill('SIGTERM');
    await run.ended;
  });

  it('is not the daemon, which the first run on a machine starts below itself', async () => {
    const env = { STYXY_HOME: join(fixture.root, 'cold'), STYXY_AUTOSTART: '1', STYXY_API_PORT: '0', MOVER };
    const run = fixture.run(['-n', 'first', '--', NODE, '-e', MOVER, String(outside + 5)], { env });
    await serving(run);
    const drift = await until('the drift', async () => {
      const list = fixture.start(NODE, [...STYXY, 'list', '--json'], { env });
      assert.equal(await list.ended, 0, list.err());
      const [lease] = (JSON.parse(list.out()) as AllocationsAnswer).allocations;
      return lease !== undefined && lease.drift.length > 0 ? lease.drift : null;
    });
    assert.deepEqual(drift, [outside + 5]);
    run.child.kill('SIGTERM');
    await run.ended;
    assert.equal(await fixture.start(NODE, [...STYXY, 'daemon', 'stop'], { env }).ended, 0);
  });

  it('is told to whoever holds the lease, and that it came home', async () => {
    const script = `
      const { createServer } = require('node:http');
      const away = createServer().listen(${outside + 1}, '127.0.0.1', () => console.log('away'));
      process.stdin.once('data', () => away.close(() => createServer().listen(process.env.PORT, '127.0.0.1')));`;
    const run = fixture.runTyped(['-n', 'homing', '--', NODE, '-e', script]);
    await run.printed(/away/);
    const lease = await until('the lease', () => leaseOf('homing'));
    const client = await connect({ home: fixture.daemon.home, env: fixture.env() });
    const said: HoldEvent[] = [];
    const hold = client.hold(lease.lock_id, (event) => said.push(event));
    await hold.opened;
    const heard = (what: string, isIt: (event: HoldEvent) => boolean): Promise<HoldEvent> =>
      until(what, () => said.find(isIt) ?? null);
    await heard('the drift', ({ drift }) => drift?.[0] === outside + 1);
    run.child.stdin?.write('home\n');
    const home = await heard('the return', ({ state }) => state === 'active');
    assert.deepEqual(home.drift, []);
    assert.equal(home.event, 'seen');
    hold.close();
    client.close();
    run.child.kill('SIGTERM');
    await run.ended;
  });

  it('is not looked for without a connection: neither in a session nor among its programs', async () => {
    const session = fixture.start('sh', ['-c', `"${NODE}" -e "$MOVER" ${outside + 2}; exit 0`], {
      env: { MOVER },
    });
    const { pid } = await serving(session);
    await fixture.allocate({ service_name: 'of-session', pid: session.pid });
    await fixture.allocate({ service_name: 'of-listener', pid });
    // What is shown of them must come from a look that saw this later one too.
    const run = fixture.runTyped(['-n', 'witness', '--', NODE, '-e', MOVER, String(outside + 3)], {
      env: { MOVER },
    });
    await serving(run);
    const clean = fixture.start(NODE, [...STYXY, 'cleanup', '--dry-run']);
    assert.equal(await clean.ended, 0, 'every lease was looked at');
    assert.deepEqual((await leaseOf('witness'))?.drift, [outside + 3]);
    assert.deepEqual((await leaseOf('of-session'))?.drift, []);
    assert.deepEqual((await leaseOf('of-listener'))?.drift, []);
    process.kill(pid, 'SIGTERM');
    run.child.kill('SIGTERM');
    await Promise.all([session.ended, run.ended]);
  });
});
