import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Protocol } from '../../core/lease.ts';
import { parseProcNet } from './parse-proc-net.ts';

function captured(name: string, protocol: Protocol): Record<number, string> {
  const file = new URL(`../../../test/fixtures/os/proc-net-${name}.txt`, import.meta.url);
  const rows = parseProcNet(readFileSync(file, 'latin1'), protocol);
  return Object.fromEntries(rows.map((row) => [row.port, row.address]));
}

test('reads captured files', () => {
  assert.deepEqual(captured('tcp', 'tcp'), {
    2024: '0.0.0.0',
    ...Object.fromEntries(Array.from({ length: 10 }, (_, i) => [23100 + i, '127.0.0.1'])),
    23204: '127.0.0.1',
  });
  assert.deepEqual(captured('tcp6', 'tcp'), {
    23200: '::',
    23201: '::',
    23202: '::1',
    23203: '127.0.0.1',
    23205: 'fe80::fc:ff:fe00:1',
  });
  assert.deepEqual(captured('udp', 'udp'), { 23206: '0.0.0.0' });
  assert.deepEqual(captured('udp6', 'udp'), { 23207: '::1', 23208: '::' });
});

function line(
  address: string,
  state: string,
  rest = '1000        0 777 1 0000000000000000 100 0 0 10 0',
): string {
  return `   3: ${address} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  ${rest}\n`;
}

test('reads user and inode, and none where the inode is 0', () => {
  assert.deepEqual(parseProcNet(line('0100007F:0BB8', '0A'), 'tcp'), [
    { protocol: 'tcp', port: 3000, address: '127.0.0.1', uid: 1000, inode: '777', owners: [] },
  ]);
  assert.equal(parseProcNet(line('0100007F:0BB8', '0A', '0 0 0 1'), 'tcp')[0]?.inode, null);
});

test('passes over sockets that take no port for others', () => {
  const text = ['01', '02', '06', '08'].map((state) => line('0100007F:0BB8', state)).join('');
  assert.deepEqual(parseProcNet(text, 'tcp'), []);
  assert.deepEqual(parseProcNet(line('0100007F:0BB8', '01'), 'udp'), []);
});

test('knows the byte order of either kind of machine', () => {
  assert.equal(parseProcNet(line('7F000001:0BB8', '0A'), 'tcp', false)[0]?.address, '127.0.0.1');
});

const addresses: readonly (readonly [string, string])[] = [
  ['20010DB8000000000000000000000001', '2001:db8::1'],
  ['20010DB8000000010000000000000000', '2001:db8:0:1::'],
  ['00010002000300040005000600070008', '1:2:3:4:5:6:7:8'],
  ['00010000000300040005000600070008', '1:0:3:4:5:6:7:8'],
  ['00000000000000000001000000000000', '::1:0:0:0'],
  ['000000000000000000000000AABBCCDD', '::aabb:ccdd'],
];
for (const [hex, address] of addresses) {
  test(`writes ${address} as RFC 5952 does`, () => {
    assert.equal(parseProcNet(line(`${hex}:0BB8`, '0A'), 'tcp', false)[0]?.address, address);
  });
}

for (const text of ['', 'sl local_address\n', '   3: 0100007F:0BB8 0000', '\0'.repeat(100)]) {
  test(`reads nothing out of ${JSON.stringify(text).slice(0, 40)}`, () => {
    assert.deepEqual(parseProcNet(text, 'tcp'), []);
  });
}
