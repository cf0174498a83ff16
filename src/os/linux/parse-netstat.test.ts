import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseNetstat } from './parse-netstat.ts';

/** Captured from net-tools 2.10, of programs that named themselves so. */
const captured = readFileSync(
  new URL('../../../test/fixtures/os/netstat-linux.txt', import.meta.url),
  'utf8',
);

test('reads captured rows, whatever the programs are called', () => {
  const rows = [...parseNetstat(captured)];
  assert.deepEqual(
    rows.map((row) => [
      `${row.protocol} ${row.address} ${row.port}`,
      row.owners[0]?.pid,
      row.owners[0]?.process,
    ]),
    [
      ['tcp 127.0.0.1 13009', 24496, 'python3'],
      ['tcp 127.0.0.1 13008', 24553, 'python3'],
      ['tcp 127.0.0.1 13001', 24547, 'python3'],
      ['tcp 127.0.0.1 13006', 24551, 'python3'],
      ['tcp 127.0.0.1 14003', 24499, '-'],
      ['tcp 127.0.0.1 14002', 24498, 'a b/c d'],
      ['tcp 127.0.0.1 14001', 24497, 'x'],
      ['tcp 127.0.0.1 14006', 24502, 'udp6 0 0 :::1'],
      ['tcp 127.0.0.1 14005', 24501, '1/init'],
      ['tcp 127.0.0.1 14004', 24500, 'n -'],
      ['tcp 0.0.0.0 13002', 24548, 'python3'],
      ['tcp 127.0.0.2 13001', 24547, 'python3'],
      ['tcp :: 13003', 24549, 'python3'],
      ['tcp :: 13004', 24550, 'python3'],
      ['tcp ::1 13001', 24547, 'python3'],
      ['udp 127.0.0.1 13001', 24547, 'python3'],
      ['udp 0.0.0.0 13005', 24550, 'python3'],
      ['udp :: 13002', 24548, 'python3'],
      ['udp ::1 13004', 24550, 'python3'],
      ['udp :: 13007', 24552, 'python3'],
    ],
  );
  assert.ok(rows.every((row) => row.uid === 0 && /^\d+$/.test(row.inode ?? '')));
});

test('reads what has no user, no inode and no owner', () => {
  const rows = [
    'tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN      0          1120       -                   ',
    'tcp        0      0 :::80                   :::*                    LISTEN      77/nginx',
    'udp        0      0 fe80::1:546             :::*                                -',
  ];
  assert.deepEqual(
    [...parseNetstat(rows.join('\n'))].map((row) => [row.address, row.port, row.uid, row.inode, row.owners]),
    [
      ['0.0.0.0', 22, 0, '1120', []],
      ['::', 80, null, null, [{ pid: 77, process: 'nginx' }]],
      ['fe80::1', 546, null, null, []],
    ],
  );
});

test('a name cannot pass for a row', () => {
  const name = '1/\ntcp 0 0 :::1 :::*';
  const row = `tcp        0      0 127.0.0.1:3000          0.0.0.0:*               LISTEN      0          9          ${name}\n`;
  assert.deepEqual(
    [...parseNetstat(row)].map(({ port }) => port),
    [3000],
  );
});

for (const text of ['', 'Active Internet connections (only servers)\n', 'tcp 0 0', '\0']) {
  test(`reads nothing out of ${JSON.stringify(text)}`, () => assert.deepEqual([...parseNetstat(text)], []));
}
