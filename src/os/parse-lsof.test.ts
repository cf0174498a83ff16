import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseLsof } from './parse-lsof.ts';

/** Captured from lsof 4.95 on Linux, of processes that named themselves so. */
const captured = readFileSync(new URL('../../test/fixtures/os/lsof-linux.txt', import.meta.url), 'utf8');

const sorted = (rows: ReturnType<typeof parseLsof>) =>
  rows
    .map((row) => [
      `${row.protocol} ${row.address} ${row.port}`,
      ...row.owners.map((owner) => `${owner.pid} ${owner.process}`),
    ])
    .filter(([socket]) => socket?.includes(' 13'));

test('reads captured rows, each socket once with all its owners', () => {
  const rows = parseLsof(captured);
  assert.deepEqual(sorted(rows), [
    ['tcp 127.0.0.1 13009', '24496 python3', '24554 python3'],
    ['tcp 127.0.0.1 13001', '24547 node'],
    ['tcp 127.0.0.2 13001', '24547 node'],
    ['tcp ::1 13001', '24547 node'],
    ['udp 127.0.0.1 13001', '24547 node'],
    ['tcp 0.0.0.0 13002', '24548 a'],
    ['udp :: 13002', '24548 a'],
    ['tcp :: 13003', '24549 x",pid=1,fd=3'],
    ['tcp :: 13004', '24550 new\\nline\\tp1'],
    ['udp ::1 13004', '24550 new\\nline\\tp1'],
    ['udp 0.0.0.0 13005', '24550 new\\nline\\tp1'],
    ['tcp 127.0.0.1 13006', '24551 \\np1\\ncinit'],
    ['udp :: 13007', '24552 tcp6 0 0 :::1'],
    ['tcp 127.0.0.1 13008', '24553 café \u202ex'],
  ]);
  assert.ok(rows.every((row) => row.uid === 0 && row.inode === null));
});

/** Sets of fields as `lsof -F0` ends them. */
const output = (...lines: readonly string[][]): string =>
  lines.map((fields) => `${fields.map((field) => `${field}\0`).join('')}\n`).join('');

test('passes over connections, other states and other families', () => {
  const own = ['p12', 'cnode', 'u1000'];
  const text = output(
    own,
    ['f18', 'tIPv4', 'd1', 'PTCP', 'n127.0.0.1:3000->127.0.0.1:50000', 'TST=ESTABLISHED'],
    ['f19', 'tIPv4', 'd2', 'PUDP', 'n127.0.0.1:3001->127.0.0.1:53'],
    ['f20', 'tIPv4', 'd3', 'PTCP', 'n127.0.0.1:3002', 'TST=CLOSED'],
    ['f21', 'tunix', 'd4', 'n/run/x.sock'],
    ['f22', 'tIPv4', 'd5', 'PICMP', 'n*:*'],
    ['f23', 'tIPv4', 'd6', 'PUDP', 'n*:*'],
    ['f24', 'tIPv6', 'd7', 'PTCP', 'n[fe80::1%lo0]:3003', 'TST=LISTEN'],
  );
  assert.deepEqual(parseLsof(text), [
    {
      protocol: 'tcp',
      port: 3003,
      address: 'fe80::1%lo0',
      uid: 1000,
      inode: null,
      owners: [{ pid: 12, process: 'node' }],
    },
  ]);
});

for (const text of ['', '\n\n', 'lsof: no pwd entry\n', 'pnobody\0\nPTCP\0n*:1\0TST=LISTEN\0\n', '\0\0']) {
  test(`reads nothing out of ${JSON.stringify(text)}`, () => assert.deepEqual(parseLsof(text), []));
}
