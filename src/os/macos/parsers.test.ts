// Owns the proof that macOS's programs are read. The fixtures follow the formats that the programs have and document; they
// were written by hand, not captured on a machine of ours.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseByPid, parseCwds } from './parse-details.ts';
import { parseMacNetstat } from './parse-netstat.ts';

const fixture = (name: string) =>
  readFileSync(new URL(`../../../test/fixtures/os/${name}`, import.meta.url), 'utf8');

const rowsOf = (name: string) =>
  parseMacNetstat(fixture(name))?.map((row) => [
    `${row.protocol} ${row.address} ${row.port}`,
    row.owners[0]?.pid,
    row.owners[0]?.process,
  ]);

test('reads the netstat of macOS 14, which has pids', () => {
  assert.deepEqual(rowsOf('netstat-macos-14.txt'), [
    ['tcp 127.0.0.1 3000', 4121, null],
    ['tcp :: 5173', 4200, null],
    ['tcp ::1 8080', 4300, null],
    ['tcp fe80::1%lo0 49152', 310, null],
  ]);
});

test('reads the netstat of macOS 15, which has names as well', () => {
  assert.deepEqual(rowsOf('netstat-macos-15.txt'), [
    ['udp 0.0.0.0 5353', 321, 'mDNSResponder'],
    ['udp :: 61000', 987, 'Google Chrome He'],
    ['udp ::1 8125', 4500, 'node'],
  ]);
});

for (const text of [
  '',
  'netstat: sysctl: net.inet.tcp.pcblist_n: no\n',
  'Proto Recv-Q Send-Q (state) rhiwat\n',
]) {
  test(`cannot read ${JSON.stringify(text)}`, () => assert.equal(parseMacNetstat(text), null));
}

test('reads texts by pid', () => {
  const text = '  310 /usr/sbin/mDNSResponder\n 4121 /opt/my apps/node  server.js \n\nps: no\n';
  assert.deepEqual(
    [...parseByPid(text)],
    [
      [310, '/usr/sbin/mDNSResponder'],
      [4121, '/opt/my apps/node  server.js'],
    ],
  );
});

test('reads working directories', () => {
  const cwds = parseCwds(fixture('lsof-cwd-macos.txt'));
  assert.equal(cwds.get(310), '/');
  assert.equal(cwds.get(4121), '/Users/ann/my shop');
  assert.equal(parseCwds('').size, 0);
});
