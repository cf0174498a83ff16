import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { homeAt } from '../home.ts';
import { pidNamespaceLine, withoutForeignPid } from './foreign-pid.ts';
import { readPlace } from './place.ts';

const notLinux = process.platform === 'linux' ? false : 'only Linux has pid namespaces';

it('a pid is sent unless the daemon is known to know another process by it', {
  skip: notLinux,
}, (t) => {
  const home = homeAt(mkdtempSync(join(tmpdir(), 'styxy-pid-')));
  t.after(() => rmSync(home.dir, { recursive: true, force: true }));
  const bodies = [
    { service_type: 'dev', pid: 7 },
    { fence: 3, claim: true, pid: 7 },
  ];
  const say = (pidNamespace: string | null): void =>
    writeFileSync(home.daemonInfo, JSON.stringify({ pid: 1, pid_namespace: pidNamespace }));
  for (const body of bodies) {
    const { pid: _, ...bare } = body;
    rmSync(home.daemonInfo, { force: true });
    assert.deepEqual(
      withoutForeignPid(home, body),
      body,
      'a daemon that is just being born has no daemon.json',
    );
    for (const unproven of [null, '1']) {
      say(unproven);
      assert.deepEqual(withoutForeignPid(home, body), bare, `the namespace ${unproven}`);
    }
    say(readPlace()?.pidNamespace ?? '');
    assert.deepEqual(withoutForeignPid(home, body), body);
  }
  for (const other of [undefined, null, 'text', { service_type: 'dev' }])
    assert.deepEqual(withoutForeignPid(home, other), other);
});

it('a pid goes with its namespace, and nothing else does', { skip: notLinux }, () => {
  const line = `styxy-pid-namespace: ${readPlace()?.pidNamespace}\r\n`;
  assert.equal(pidNamespaceLine({ service_type: 'dev', pid: 7 }), line);
  for (const body of [undefined, null, 'pid', { service_type: 'dev' }])
    assert.equal(pidNamespaceLine(body), '');
});
