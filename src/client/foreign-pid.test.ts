import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { homeAt } from '../home.ts';
import { withoutForeignPid } from './foreign-pid.ts';
import { readPlace } from './place.ts';

const notLinux = process.platform === 'linux' ? false : 'only Linux has pid namespaces';

it('a pid is sent where the daemon knows the same process by it, and nowhere else', {
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
    assert.deepEqual(withoutForeignPid(home, body), bare, 'no daemon.json');
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
