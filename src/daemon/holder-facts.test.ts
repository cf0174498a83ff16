// Owns the tests of what is told of a holder: its server as people know it, and nothing secret.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lease, LeaseEntry, LeaseState } from '../core/lease.ts';
import { NEW_VITALS } from '../core/lease.ts';
import type { Listener, PortTable } from '../os/os.ts';
import { createHolderFacts } from './holder-facts.ts';

const listener: Listener = {
  protocol: 'tcp',
  port: 3000,
  addresses: ['127.0.0.1'],
  pid: 4121,
  process: 'ollama',
  command: 'ollama serve --token abcdef123456',
  user: null,
  cwd: null,
  container: null,
};

async function serverOf(found: readonly Partial<Listener>[] | null, state: LeaseState = 'active') {
  const listeners = async () => found?.map((each) => ({ ...listener, ...each })) ?? null;
  const ports: PortTable = { listeners, sockets: async () => null };
  const lease = { protocol: 'tcp', port: 3000, projectPath: null } as Lease;
  const entry: LeaseEntry = { lease, vitals: { ...NEW_VITALS, state } };
  return (await createHolderFacts(ports)(entry)).server;
}

test('a server is named by its command without secrets, else its process, else its container', async () => {
  const said = (await serverOf([{}])) ?? '';
  assert.match(said, /^ollama serve --token .*\(pid 4121\)$/);
  assert.doesNotMatch(said, /abcdef123456/);
  assert.equal(await serverOf([{ command: null }]), 'ollama (pid 4121)');
  assert.equal(await serverOf([{ container: 'models-1' }]), 'container models-1');
  assert.equal((await serverOf([{ command: 'x'.repeat(5000), pid: null }]))?.length, 80);
});

test('a program on the same port of the other protocol is somebody else', async () => {
  const udp = { protocol: 'udp', command: 'dns' } as const;
  assert.equal(await serverOf([udp]), null);
  assert.match((await serverOf([udp, {}])) ?? '', /^ollama /);
});

test('nobody is named where nobody listens, or where it cannot be known', async () => {
  assert.equal(await serverOf([]), null);
  assert.equal(await serverOf([{ port: 3001 }]), null);
  assert.equal(await serverOf(null), null);
  assert.equal(await serverOf([{ command: null, process: null }]), null);
  assert.equal(await serverOf([{}], 'reserved'), null);
});
