import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CheckAnswer, LeaseJson } from '../api/schemas.ts';
import type { Client } from '../client/client.ts';
import { handOver } from './heir.ts';

const lease = { lock_id: 'lk', port: 6370, protocol: 'tcp', fence: 7, state: 'active' } as LeaseJson;
const usage = { pid: 412, process: 'redis-server', cwd: '/src/shop', container: null };

function clientOf(answers: readonly object[], isRenewed = true) {
  const asked: string[] = [];
  const client = {
    request: async (method: string, path: string, body?: unknown) => {
      asked.push(`${method} ${path} ${JSON.stringify(body) ?? ''}`.trim());
      if (method === 'PUT') return { status: 200, body: { pid: isRenewed ? 412 : null } };
      const at = Math.min(asked.length, answers.length) - 1;
      return { status: 200, body: { allocated_to: lease, ...answers[at] } as CheckAnswer };
    },
  } as unknown as Client;
  return { reach: async () => client, asked };
}

describe('a server that outlives its command', () => {
  it('gets the lease, once it listens', async () => {
    const { reach, asked } = clientOf([{ system_usage: null }, { system_usage: usage }]);
    assert.deepEqual(await handOver(reach, lease, 60_000), usage);
    assert.equal(asked.at(-1), 'PUT /allocate/lk/heartbeat {"pid":412,"fence":7}');
  });

  for (const [what, answer] of [
    ['nobody listens', { system_usage: null }],
    ['a stranger listens', { system_usage: usage, allocated_to: { ...lease, state: 'hijacked' } }],
    ['the lease is another one', { system_usage: usage, allocated_to: { ...lease, lock_id: 'other' } }],
    ['the process is not known', { system_usage: { ...usage, pid: null } }],
    ['its directory is not known', { system_usage: { ...usage, cwd: null } }],
  ] as const) {
    it(`is not there where ${what}`, async () => {
      const { reach, asked } = clientOf([answer]);
      assert.equal(await handOver(reach, lease, 0), null);
      assert.equal(asked.length, 1);
    });
  }

  it('does not get it where its pid does not reach the daemon', async () => {
    assert.equal(await handOver(clientOf([{ system_usage: usage }], false).reach, lease, 0), null);
  });

  it('does not get it where no daemon answers', async () => {
    assert.equal(await handOver(() => Promise.reject(new Error('none')), lease, 0), null);
  });
});
