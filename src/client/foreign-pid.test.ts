import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { homeAt } from '../home.ts';
import { withoutForeignPid } from './foreign-pid.ts';
import { readPlace } from './place.ts';

it('a pid is sent where the daemon knows the same process by it, and nowhere else', (t) => {
  const home = homeAt(mkdtempSync(join(tmpdir(), 'styxy-pid-')));
  t.after(() => rmSync(home.dir, { recursive: true, force: true }));
  const body = { service_type: 'dev', pid: 7 };
  const say = (pidNamespace: string | null): void =>
    writeFileSync(home.daemonInfo, JSON.stringify({ pid: 1, pid_namespace: pidNamespace }));
  assert.deepEqual(withoutForeignPid(home, body), body);
  for (const namespace of [null, readPlace()?.pidNamespace ?? null]) {
    say(namespace);
    assert.deepEqual(withoutForeignPid(home, body), body);
  }
  say('1');
  const isSeen = readPlace() !== null;
  assert.deepEqual(withoutForeignPid(home, body), isSeen ? { service_type: 'dev' } : body);
  for (const other of [undefined, null, 'text', { service_type: 'dev' }])
    assert.deepEqual(withoutForeignPid(home, other), other);
});
