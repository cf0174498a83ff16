import assert from 'node:assert/strict';
import { it } from 'node:test';
import { withoutForeignPid } from './foreign-pid.ts';

const body = { service_type: 'dev', pid: 7 };
const bare = { service_type: 'dev' };
const from = (id: string) => ({ 'styxy-pid-namespace': id });

it('a pid counts that is one in the namespace of the daemon, or whose sender does not say', () => {
  assert.deepEqual(withoutForeignPid(body, from('4026531836'), '4026531836'), body);
  assert.deepEqual(withoutForeignPid(body, {}, '4026531836'), body);
});

it('a pid of another namespace is left out', () => {
  assert.deepEqual(withoutForeignPid(body, from('4026532999'), '4026531836'), bare);
  assert.deepEqual(withoutForeignPid(body, from('4026531836'), null), bare, 'where the own one is not known');
});

it('a body without a pid is left as it is', () => {
  for (const other of [undefined, null, 'pid', ['pid'], bare])
    assert.equal(withoutForeignPid(other, from('1'), '2'), other);
});
