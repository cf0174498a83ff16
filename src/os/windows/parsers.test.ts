// Owns the proof that Windows' programs are read. The fixtures follow the formats that the programs have and document; they
// were written by hand, not captured on a machine of ours.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseExcludedRanges } from './parse-excluded.ts';
import { parseWindowsNetstat } from './parse-netstat.ts';
import { parseCimProcesses, parseTasklist } from './parse-processes.ts';

const fixture = (name: string) =>
  readFileSync(new URL(`../../../test/fixtures/os/${name}`, import.meta.url), 'utf8');

for (const ends of ['\n', '\r\n']) {
  test(`reads netstat in any language, with line ends ${JSON.stringify(ends)}`, () => {
    const rows = parseWindowsNetstat(fixture('netstat-windows.txt').replaceAll('\n', ends));
    assert.deepEqual(
      rows.map((row) => [`${row.protocol} ${row.address} ${row.port}`, row.owners[0]?.pid]),
      [
        ['tcp 0.0.0.0 135', 1096],
        ['tcp 127.0.0.1 3000', 4121],
        ['tcp :: 135', 1096],
        ['tcp ::1 5173', 4200],
        ['tcp 127.0.0.2 8080', 4300],
        ['udp 0.0.0.0 5353', 3344],
        ['udp ::1 8125', 4500],
        ['udp fe80::fc:ff:fe00:1%12 1900', 3400],
      ],
    );
  });

  test(`reads the excluded ranges, with line ends ${JSON.stringify(ends)}`, () => {
    const ranges = parseExcludedRanges(fixture('excluded-ports-windows.txt').replaceAll('\n', ends));
    assert.deepEqual(ranges, [
      { start: 5357, end: 5357 },
      { start: 49_680, end: 49_779 },
      { start: 50_000, end: 50_059 },
    ]);
  });
}

test('reads the processes', () => {
  const processes = parseCimProcesses(`\ufeff${fixture('processes-windows.json')}`);
  assert.equal(processes?.length, 4);
  assert.deepEqual(processes?.[3], {
    pid: 4121,
    parentPid: 4000,
    name: 'node.exe',
    command: '"C:\\Program Files\\nodejs\\node.exe" server.js --name "a, b"',
    start: '133760000200000000',
  });
  assert.equal(parseCimProcesses('{"ProcessId":7,"Name":"x.exe"}')?.[0]?.pid, 7);
  for (const text of ['', 'Get-CimInstance : Access denied', '[]', '[1, null]', '"x"'])
    assert.equal(parseCimProcesses(text), null, text);
});

test('reads the task list', () => {
  assert.deepEqual(
    [...parseTasklist(fixture('tasklist-windows.csv'))],
    [
      [0, 'System Idle Process'],
      [4121, 'node.exe'],
      [4200, 'my,app.exe'],
    ],
  );
});

test('reads nothing out of what is none', () => {
  for (const text of ['', 'Access denied.\n', '  TCP    x\n']) {
    assert.deepEqual(parseWindowsNetstat(text), []);
    assert.deepEqual(parseExcludedRanges(text), []);
    assert.equal(parseTasklist(text).size, 0);
  }
});
