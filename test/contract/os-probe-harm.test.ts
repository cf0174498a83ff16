// Owns the promise that probing harms nobody: neither the machine's descriptors nor an app that binds.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import type { PortProbe } from '../../src/os/os.ts';
import { createPortProbe, hasSynchronousBinds } from '../../src/os/port-probe.ts';
import { freePort, lookWhile, onLinux, probes, protocols, rebinder, spawnNode } from './os-apps.ts';

for (const isSynchronous of hasSynchronousBinds() ? [true, false] : [false]) {
  for (const protocol of protocols) {
    const name = `2,048 ports at once (${protocol}, ${isSynchronous ? 'synchronous' : 'waiting'})`;
    test(`probing ${name} needs few descriptors`, { skip: !onLinux }, async (t) => {
      const child = spawnNode(
        `const { createPortProbe } = await import(${JSON.stringify(new URL('../../src/os/port-probe.ts', import.meta.url).href)});
         const ports = Array.from({ length: 2048 }, (_, i) => 12000 + i);
         const taken = await createPortProbe('linux', ${isSynchronous}).taken('${protocol}', ports);
         console.log(taken.length);`,
        'ulimit -n 128; exec "$0" "$@"',
      );
      t.after(() => child.kill('SIGKILL'));
      // A probe without a descriptor to spare would call every further port taken.
      const taken = Number(String((await once(child.stdout, 'data'))[0]));
      assert.ok(taken < 1000, `${taken} of 2048 taken`);
    });
  }
}

describe('next to an app that binds again and again', { skip: !onLinux }, () => {
  async function failures(probe: PortProbe, app: number, asked: readonly number[], t: TestContext) {
    const child = rebinder('tcp', app, 300);
    t.after(() => child.kill('SIGKILL'));
    return lookWhile(child, async () => {
      for (let i = 0; i < 20; i++) await probe.taken('tcp', asked);
    });
  }

  for (const [looker, probe] of probes) {
    test(`${looker} of the neighbouring ports is never in its way`, async (t) => {
      const port = await freePort('tcp');
      assert.equal(await failures(probe, port, [port - 1, port + 1], t), 'failed 0');
    });
  }

  test('not even a probe of its own port, where it needs not listen', async (t) => {
    if (!hasSynchronousBinds()) return t.skip('this Node cannot bind without listening');
    const port = await freePort('tcp');
    assert.equal(await failures(createPortProbe(), port, [port], t), 'failed 0');
  });
});
