// Proves `styxy adopt` and `styxy wait` with real servers that were started without Styxy, or that start late.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { AllocateAnswer, CheckAnswer } from '../../src/api/schemas.ts';
import { startDaemon } from './daemon-fixture.ts';
import { freeRange } from './port-range.ts';
import { RunFixture, SERVER, STYXY, type Started, serving, TYPE, until, untilGone } from './run-fixture.ts';

const NODE = process.execPath;
const range = freeRange('adopting', 40);
let fixture: RunFixture;
let nextPort = range[0] + 20;
before(async () => {
  fixture = new RunFixture(await startDaemon({ config: { service_types: { [TYPE]: { range } } } }));
});
after(() => fixture.stop());

/** A port of the range that no allocation of these tests comes to by itself. */
function port(): number {
  nextPort += 1;
  return nextPort;
}

function styxy(args: readonly string[], cwd = fixture.project): Started {
  return fixture.start(NODE, [...STYXY, ...args], { cwd });
}

async function serve(on: number, cwd = fixture.project): Promise<Started> {
  const server = fixture.start(NODE, ['-e', SERVER], { cwd, env: { PORT: String(on) } });
  await serving(server);
  return server;
}

describe('styxy adopt', { concurrency: 3 }, () => {
  it('gives a running server a lease, which ends with it', async () => {
    const on = port();
    const server = await serve(on);
    const adopt = styxy(['adopt', String(on), '-n', 'adopted', '--json']);
    assert.equal(await adopt.ended, 0, adopt.err());
    const lease: AllocateAnswer = JSON.parse(adopt.out());
    assert.equal(lease.port, on);
    assert.equal(lease.pid, server.pid);
    assert.equal(lease.state, 'active');
    assert.equal(lease.service_type, TYPE, 'the type whose range the port is in');
    assert.equal(lease.project_path, fixture.project);
    assert.equal(lease.expires_at, null);
    const again = styxy(['adopt', String(on), '-n', 'adopted', '--json']);
    assert.equal(await again.ended, 0, again.err());
    assert.equal(JSON.parse(again.out()).lock_id, lease.lock_id);
    server.child.kill('SIGKILL');
    await untilGone(server.pid);
    await until('the end of the lease', async () => ((await fixture.leaseOn(on)) === null ? true : null));
  });

  it("takes the project from the server's own directory", async () => {
    const elsewhere = join(fixture.root, 'elsewhere');
    mkdirSync(elsewhere);
    const on = port();
    await serve(on, elsewhere);
    const adopt = styxy(['adopt', String(on)]);
    assert.equal(await adopt.ended, 0, adopt.err());
    assert.match(adopt.out(), new RegExp(`Port ${on}: ${TYPE} .*${elsewhere} \\(pid \\d+\\)`));
    const foreign = await fixture.daemon.request('POST', '/adopt', {
      port: on,
      service_type: TYPE,
      service_name: 'mine',
      project_path: fixture.project,
    });
    assert.equal(foreign.status, 409, 'it is not of the project that asks');
  });

  it('refuses a port on which nobody listens, and one that is leased', async () => {
    const free = port();
    const nobody = styxy(['adopt', String(free)]);
    assert.equal(await nobody.ended, 1);
    assert.match(nobody.err(), new RegExp(`nobody listens on port ${free}`));
    const bound = port();
    const udp = `require('node:dgram').createSocket('udp4').bind(${bound}, '127.0.0.1', () => console.log('up'))`;
    await fixture.start(NODE, ['-e', udp]).printed(/up/);
    const other = styxy(['adopt', String(bound), '-n', 'datagrams']);
    assert.equal(await other.ended, 1);
    assert.match(other.err(), /node \(pid \d+\) has the UDP port of this number/);
    assert.match(other.err(), new RegExp(`styxy adopt ${bound} --udp`));
    const adopt = styxy(['adopt', String(bound), '-n', 'datagrams', '--udp']);
    assert.equal(await adopt.ended, 0, adopt.err());
    const silent = styxy(['adopt', String(port()), '--udp']);
    assert.equal(await silent.ended, 1);
    assert.match(silent.err(), /styxy allocate -s \S+ -p \d+ --udp/, '`run` leases TCP alone');
    const run = fixture.runTyped(['-n', 'leased', '--', NODE, '-e', SERVER]);
    const { port: taken } = await serving(run);
    const leased = styxy(['adopt', String(taken), '-n', 'other']);
    assert.equal(await leased.ended, 1);
    assert.match(leased.err(), /leased of .*; this is a port conflict/);
    assert.match(leased.err(), /has its lease already.*styxy release \S+/);
  });
});

describe('styxy wait', { concurrency: 4 }, () => {
  it('ends once a service of the project listens, also one that gets its lease later', async () => {
    const wait = styxy(['wait', 'late', '--http']);
    const run = fixture.runTyped(['-n', 'late', '--', NODE, '-e', `setTimeout(() => {${SERVER}}, 500)`]);
    assert.equal(await wait.ended, 0, wait.err());
    const { port: on } = await serving(run);
    assert.match(wait.out(), new RegExp(`late answers at http://late\\.project\\.localhost:${on}`));
    assert.equal(await styxy(['wait', 'late']).ended, 0, 'it listens');
    assert.equal(await styxy(['wait', String(on), '--http', '--json']).ended, 0);
  });

  it('ends once a port that nobody leased answers', async () => {
    const on = port();
    const wait = styxy(['wait', String(on)]);
    await serve(on);
    assert.equal(await wait.ended, 0, wait.err());
  });

  it('gives up with status 1 when nothing answers in time', async () => {
    const wait = styxy(['wait', 'nobody', '--timeout', '1', '--json']);
    assert.equal(await wait.ended, 1);
    const problem = JSON.parse(wait.out());
    assert.deepEqual([problem.code, problem.success, problem.status], ['WAIT_TIMEOUT', false, 504]);
    assert.deepEqual([problem.answers, problem.timeout_seconds], [false, 1]);
    assert.match(
      problem.detail,
      /nobody did not answer within 1 s: no service of this project has that name/,
    );
    const lease = await fixture.allocate({ service_name: 'silent' });
    const silent = styxy(['wait', 'silent', '--timeout', '1']);
    assert.equal(await silent.ended, 1);
    assert.equal(silent.out(), '');
    assert.match(
      silent.err(),
      new RegExp(`silent did not answer within 1 s: nobody listens on port ${lease.port}`),
    );
  });

  it('says where a service listens instead', async () => {
    const away = port();
    const mover = `setTimeout(() => {}, 1e6); ${SERVER.replace('Number(process.env.PORT)', String(away))}`;
    const run = fixture.runTyped(['-n', 'drifted', '--', NODE, '-e', mover]);
    await serving(run);
    await until('the drift', async () => {
      const lease = (await fixture.leases()).find(({ service_name }) => service_name === 'drifted');
      return lease !== undefined && lease.drift.length > 0 ? true : null;
    });
    const wait = styxy(['wait', 'drifted', '--timeout', '1']);
    assert.equal(await wait.ended, 1);
    assert.match(wait.err(), new RegExp(`it listens on ${away} instead of its own port \\d+`));
    assert.match(wait.err(), new RegExp(`styxy wait ${away}`));
    run.child.kill('SIGTERM');
    await run.ended;
  });

  it('does not take a stranger on the port of a service for the service', async () => {
    const lease = await fixture.allocate({ service_name: 'squatted' });
    const elsewhere = join(fixture.root, 'squatters');
    mkdirSync(elsewhere);
    await serve(lease.port, elsewhere);
    const wait = styxy(['wait', 'squatted', '--timeout', '1']);
    assert.equal(await wait.ended, 1, wait.out());
    const check = await fixture.daemon.request<CheckAnswer>('GET', `/check/${lease.port}`);
    assert.equal(check.body.allocated_to?.state, 'hijacked', 'as it is now, not as it was at the last look');
  });

  it('does not take a server that answers no HTTP for one that does', async () => {
    const on = port();
    const mute = `require('node:net').createServer((socket) => socket.end('220\\r\\n')).listen(${on}, '127.0.0.1', () => console.log('up'))`;
    await fixture.start(NODE, ['-e', mute]).printed(/up/);
    assert.equal(await styxy(['wait', String(on)]).ended, 0);
    assert.equal(await styxy(['wait', String(on), '--http', '--timeout', '1']).ended, 1);
  });

  it('wants to know what to wait for', async () => {
    assert.equal(await styxy(['wait']).ended, 2);
    assert.equal(await styxy(['wait', '70000']).ended, 2);
    for (const name of ['two words', 'a..b', '-x']) {
      const wait = styxy(['wait', '--json', '--', name]);
      assert.equal(await wait.ended, 2, 'no service can have that name');
      assert.equal(JSON.parse(wait.out()).code, 'INVALID_REQUEST');
    }
  });
});
