// Proves that a container's published port is named by its container, on a real socket that a stand-in for Docker's proxy holds.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { CheckAnswer } from '../../src/api/schemas.ts';
import type { ScanAnswer } from '../../src/api/schemas-scan.ts';
import { onLinux } from '../contract/os-apps.ts';
import { startDaemon, type TestDaemon } from './daemon-fixture.ts';

function directory(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'styxy-container-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A process with the name, the command line and the listening socket of a `docker-proxy`; returns the port. */
async function publish(t: TestContext): Promise<number> {
  const program = join(directory(t), 'docker-proxy');
  symlinkSync('/bin/sh', program);
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  const fd: unknown = Reflect.get(Reflect.get(server, '_handle') as object, 'fd');
  assert.ok(typeof fd === 'number');
  const flags = `-proto tcp -host-ip 127.0.0.1 -host-port ${port} -container-ip 172.17.0.2 -container-port 80`;
  const proxy = spawn(program, ['-c', 'read _', 'proxy', ...flags.split(' ')], {
    stdio: ['pipe', 'ignore', 'inherit', fd],
  });
  t.after(() => proxy.kill('SIGKILL'));
  await once(proxy, 'spawn');
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Docker's API as far as it is asked, on `docker.sock` in `dir`. */
async function engine(t: TestContext, dir: string, port: number): Promise<void> {
  const containers = [
    {
      Id: 'f'.repeat(64),
      Names: ['/shop-web-1'],
      Ports: [{ PrivatePort: 80, PublicPort: port, Type: 'tcp' }],
    },
  ];
  const server = createServer((_, reply) => reply.end(JSON.stringify(containers)));
  server.listen(join(dir, 'docker.sock'));
  await once(server, 'listening');
  t.after(() => new Promise((resolve) => server.close(resolve)));
}

async function daemonWith(t: TestContext, runtimeDir: string): Promise<TestDaemon> {
  const daemon = await startDaemon({ env: { XDG_RUNTIME_DIR: runtimeDir } });
  t.after(() => daemon.stop());
  return daemon;
}

/** What check, scan and a refusal say of `port`. */
async function told(daemon: TestDaemon, port: number) {
  const check = await daemon.request<CheckAnswer>('GET', `/check/${port}`);
  const scan = await daemon.request<ScanAnswer>('GET', `/scan?start=${port}&end=${port}`);
  const body = { service_type: 'dev', preferred_port: port, exact: true };
  const refused = await daemon.request('POST', '/allocate', body);
  assert.equal(refused.status, 409, refused.text);
  return {
    container: check.body.system_usage?.container,
    cwd: check.body.system_usage?.cwd,
    suggestion: check.body.suggestion,
    scanned: scan.body.ports_in_use.map((entry) => entry.container),
    refusal: String(refused.body.detail),
  };
}

describe("a container's published port", { skip: !onLinux }, () => {
  for (const [what, hasEngine, name] of [
    ['by the name that the engine knows', true, 'shop-web-1'],
    ['by its address where no engine answers', false, '172.17.0.2:80'],
  ] as const) {
    it(`is named ${what}`, async (t) => {
      const port = await publish(t);
      const dir = directory(t);
      if (hasEngine) await engine(t, dir, port);
      const answer = await told(await daemonWith(t, dir), port);
      assert.equal(answer.container, name);
      assert.equal(answer.cwd, null, "the proxy's directory is not the container's");
      assert.deepEqual(answer.scanned, [name]);
      assert.ok(answer.suggestion.includes(`held by container ${name} `), answer.suggestion);
      assert.ok(answer.refusal.includes(`container ${name}`), answer.refusal);
    });
  }
});
