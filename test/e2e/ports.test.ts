// Proves that a daemon finds an app wherever it is, before a grant, by check and by scan, and disturbs none.

import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { AllocateAnswer, CheckAnswer } from '../../src/api/schemas.ts';
import type { ScanAnswer } from '../../src/api/schemas-scan.ts';
import type { Protocol } from '../../src/core/lease.ts';
import {
  freePort,
  hasIpv6,
  lookWhile,
  nameOf,
  onLinux,
  open,
  places,
  protocols,
  rebinder,
  spawnNode,
} from '../contract/os-apps.ts';
import { PROGRAM, runProgram } from './cli-harness.ts';
import { startDaemon, type TestDaemon } from './daemon-fixture.ts';

let daemon: TestDaemon;
let isIpv6Here = false;
before(async () => {
  daemon = await startDaemon();
  isIpv6Here = await hasIpv6();
});
after(() => daemon.stop());

const scan = (query = '') => daemon.request<ScanAnswer>('GET', `/scan${query}`);
const only = (port: number) => `?start=${port}&end=${port}`;
const lease = (protocol: Protocol, port: number) =>
  daemon.request<AllocateAnswer>('POST', '/allocate', {
    service_type: 'dev',
    preferred_port: port,
    exact: true,
    protocol,
  });
const styxy = (...args: readonly string[]) =>
  runProgram(process.execPath, [PROGRAM, ...args], {
    cwd: '/',
    env: { PATH: process.env.PATH, STYXY_HOME: daemon.home.dir, STYXY_AUTOSTART: '0' },
  });

/** A child that listens on a port of the system's choice, with `words` in its command line. */
async function listening(t: TestContext, ...words: readonly string[]) {
  const child = spawnNode(
    `import net from 'node:net';
     const server = net.createServer().listen(0, '127.0.0.1', () => console.log(server.address().port));
     process.stdin.on('end', () => process.exit()).resume();`,
    `exec "$0" "$@" -- ${words.map((word) => `'${word}'`).join(' ')}`,
  );
  t.after(() => child.kill('SIGKILL'));
  const [port] = (await new Promise((resolve) => child.stdout.once('data', (...data) => resolve(data)))) as [
    Buffer,
  ];
  return { port: Number(String(port)), pid: child.pid };
}

describe('an app that has a port', { skip: !onLinux }, () => {
  for (const protocol of protocols) {
    for (const place of places) {
      it(`is found on ${nameOf(place)} (${protocol})`, async (t) => {
        if (place.host.includes(':') && !isIpv6Here) return t.skip('this machine has no IPv6');
        const port = await freePort(protocol);
        const app = await open(protocol, place, port);
        t.after(app.close);

        const refused = await lease(protocol, port);
        assert.equal(refused.status, 409, refused.text);
        assert.match(refused.text, new RegExp(`node \\(pid ${process.pid}\\)`));

        const check = await daemon.request<CheckAnswer>('GET', `/check/${port}?protocol=${protocol}`);
        assert.equal(check.body.available, false, check.text);
        assert.equal(check.body.system_usage?.pid, process.pid);
        assert.deepEqual(check.body.system_usage?.addresses, [place.shown]);

        const entries = (await scan(only(port))).body.ports_in_use;
        assert.deepEqual(
          entries.map((entry) => [entry.port, entry.protocol, entry.addresses, entry.pid]),
          [[port, protocol, [place.shown], process.pid]],
        );

        const flags = protocol === 'udp' ? ['--udp'] : [];
        const spoken = await styxy('check', String(port), ...flags);
        assert.equal(spoken.status, 1, spoken.stderr);
        assert.match(spoken.stdout, new RegExp(`held by node \\(pid ${process.pid}\\)`));
        await app.close();
        assert.equal((await styxy('check', String(port), ...flags)).status, 0);
      });
    }
  }
});

describe('scan', { skip: !onLinux }, () => {
  it('has both ends, everything by default, and the lease', async (t) => {
    const { port, pid } = await listening(t);
    const around = await scan(`?start=${port - 1}&end=${port + 1}`);
    assert.equal(around.status, 200, around.text);
    assert.match(String(around.headers['content-type']), /^application\/json/);
    for (const query of [only(port), `?start=${port}`, `?end=${port}`, '']) {
      const { body } = await scan(query);
      assert.ok(
        body.ports_in_use.some((entry) => entry.port === port && entry.pid === pid),
        query,
      );
      assert.equal(body.count, body.ports_in_use.length);
      assert.ok(body.ports_in_use.every((entry) => entry.port >= body.start && entry.port <= body.end));
    }
    assert.deepEqual([(await scan()).body.start, (await scan()).body.end], [1, 65_535]);
    const [entry] = (await scan(only(port))).body.ports_in_use;
    assert.deepEqual(Object.keys(entry ?? {}), [
      'port',
      'protocol',
      'addresses',
      'pid',
      'process',
      'command',
      'user',
      'container',
      'lease',
    ]);
    assert.equal(entry?.lease, null);

    const own = await freePort('tcp');
    const granted = await lease('tcp', own);
    const app = await open('tcp', { host: '127.0.0.1', shown: '' }, own);
    t.after(app.close);
    const leased = (await scan(only(own))).body.ports_in_use;
    assert.deepEqual(
      leased.map((each) => each.lease?.lock_id),
      [granted.body.lock_id],
    );
  });

  it('is in order, and shows a command without its secrets', async (t) => {
    const { port } = await listening(t, '--token=s3cr3t-s3cr3t', 'DB_PASSWORD=hunter2');
    const answer = await scan();
    const ports = answer.body.ports_in_use.map((entry) => entry.port);
    assert.deepEqual(
      ports,
      ports.toSorted((a, b) => a - b),
    );
    const command = answer.body.ports_in_use.find((entry) => entry.port === port)?.command ?? '';
    assert.match(command, /--token=\*\*\*/);
    assert.doesNotMatch(answer.text, /s3cr3t|hunter2/);
  });

  it('refuses a range that is none', async () => {
    for (const query of ['?start=2&end=1', '?start=0', '?end=65536', '?start=x', '?start=', '?first=1']) {
      const refused = await scan(query);
      assert.equal(refused.status, 400, query);
      assert.match(refused.text, /INVALID_REQUEST/);
    }
  });

  it('prints a table, one document, or a sentence', async (t) => {
    const { port, pid } = await listening(t);
    const range = ['-s', String(port), '-e', String(port)];
    const table = await styxy('scan', ...range);
    assert.equal(table.status, 0, table.stderr);
    const [head = '', row = ''] = table.stdout.split('\n');
    assert.match(head, /PORT +PROTO +ADDRESSES +PROCESS +PID +USER +LEASE/);
    assert.match(row, new RegExp(`${port} +tcp +127\\.0\\.0\\.1 +node +${pid} `));
    const json = await styxy('scan', ...range, '--json');
    assert.equal((JSON.parse(json.stdout) as ScanAnswer).ports_in_use[0]?.pid, pid);
    const free = String(await freePort('tcp'));
    const nobody = await styxy('scan', '-s', free, '-e', free);
    assert.match(nobody.stdout, /No port from \d+ to \d+ is in use\./);
    const wrong = await styxy('scan', '-s', '2', '-e', '1');
    assert.equal(wrong.status, 2);
  });
});

describe('an app that binds its leased port again and again', { skip: !onLinux }, () => {
  for (const protocol of protocols) {
    for (const [what, path] of [
      ['check', (port: number) => `/check/${port}?protocol=${protocol}`],
      ['scan', only],
    ] as const) {
      it(`is never in the way of ${what} (${protocol})`, async (t) => {
        const port = await freePort(protocol);
        assert.equal((await lease(protocol, port)).status, 201);
        const child = rebinder(protocol, port, 3000);
        t.after(() => child.kill('SIGKILL'));
        const url = what === 'scan' ? `/scan${path(port)}` : path(port);
        const printed = await lookWhile(child, async () => {
          const answers = await Promise.all(Array.from({ length: 4 }, () => daemon.request('GET', url)));
          assert.ok(answers.every(({ status }) => status === 200));
        });
        assert.equal(printed, 'failed 0');
      });
    }
  }
});
