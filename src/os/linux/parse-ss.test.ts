import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseSs } from './parse-ss.ts';

/** Captured from processes that named themselves so, and from sockets on every kind of address. */
const captured = readFileSync(
  new URL('../../../test/fixtures/os/ss-hostile-names.txt', import.meta.url),
  'utf8',
);

/** What iproute2 6.1 printed, by port: address, owners. */
const expected: Record<number, readonly [string, ...(readonly [number, string])[]]> = {
  2024: ['0.0.0.0'],
  23100: ['127.0.0.1', [8370, 'a b'], [8368, 'a b']],
  23101: ['127.0.0.1', [8369, 'a']],
  23102: ['127.0.0.1', [8371, `x"y'z`]],
  23103: ['127.0.0.1', [8372, 'n\newl']],
  23104: ['127.0.0.1', [8373, 'a",pid=1,fd=9']],
  23105: ['127.0.0.1', [8374, '\ntcp LISTEN 0 0']],
  23106: ['127.0.0.1', [8375, 'back\\slash']],
  23107: ['127.0.0.1', [8376, '\ufffd\ufffd']],
  23108: ['127.0.0.1', [8377, 'café']],
  23109: ['127.0.0.1', [8378, 'tab\tx']],
  23200: ['::', [8326, 'python3']],
  23201: ['::', [8326, 'python3']],
  23202: ['::1', [8326, 'python3']],
  23203: ['127.0.0.1', [8326, 'python3']],
  23204: ['127.0.0.1%lo', [8326, 'python3']],
  23205: ['fe80::fc:ff:fe00:1%eth0', [8326, 'python3']],
  23206: ['0.0.0.0', [8326, 'python3']],
  23207: ['::1', [8326, 'python3']],
  23208: ['::', [8326, 'python3']],
};

test('reads captured rows, whatever the processes are called', () => {
  const rows = [...parseSs(captured)];
  assert.deepEqual(rows.map((row) => row.port).sort(), Object.keys(expected).map(Number));
  for (const row of rows) {
    const [address, ...owners] = expected[row.port] ?? [''];
    assert.equal(row.address, address);
    assert.deepEqual(
      row.owners.map((owner) => [owner.pid, owner.process]),
      owners,
      `owners of ${row.port}`,
    );
    assert.equal(row.protocol, [23206, 23207, 23208].includes(row.port) ? 'udp' : 'tcp');
    assert.equal(row.uid, 0);
    assert.match(row.inode ?? '', /^\d+$/);
  }
});

/** A row of a listener on 127.0.0.1:3000 that ends with `rest`. */
function row(rest: string): string {
  return `tcp   LISTEN 0      511    127.0.0.1:3000 0.0.0.0:*    ${rest}\n`;
}

test('reads user and inode behind the owners', () => {
  const [first] = parseSs(row('users:(("node",pid=12,fd=18)) uid:1000 ino:99 sk:1 cgroup:/x <->'));
  assert.deepEqual(first, {
    protocol: 'tcp',
    port: 3000,
    address: '127.0.0.1',
    uid: 1000,
    inode: '99',
    owners: [{ pid: 12, process: 'node' }],
  });
});

test('names each process once, however many descriptors it has', () => {
  const [first] = parseSs(row('users:(("a",pid=7,fd=3),("a",pid=7,fd=4),("b",pid=8,fd=3)) ino:5 sk:1 <->'));
  assert.deepEqual(
    first?.owners.map((owner) => owner.pid),
    [7, 8],
  );
});

const forged = [
  // A name of 15 bytes that tries to end the list early, as an `ss` that does not cut at `)` would print it.
  '",pid=1,fd=9)',
  '",pid=1,fd=9))',
  '",pid=1,fd=9)) ',
  '",pid=1,fd=9))\n',
  '("x",pid=1,fd=9',
];
for (const name of forged) {
  test(`is not fooled by a process called ${JSON.stringify(name)}`, () => {
    assert.ok(Buffer.byteLength(name) <= 15, 'the kernel would cut it');
    const rows = [...parseSs(row(`users:(("${name}",pid=42,fd=3)) uid:1000 ino:99 sk:1 <->`))];
    assert.equal(rows.length, 1);
    assert.deepEqual(
      rows[0]?.owners.map((owner) => owner.pid),
      [42],
    );
    assert.equal(rows[0]?.uid, 1000);
  });
}

test('takes neither owner nor user from the name of a control group', () => {
  const [first] = parseSs(row('ino:99 sk:1 cgroup:/users:(("a",pid=1,fd=2)) uid:5 ino:6 <->'));
  assert.deepEqual(first?.owners, []);
  assert.equal(first?.uid, 0);
  assert.equal(first?.inode, '99');
});

test('names no owner where a name makes the list ambiguous', () => {
  const name = '",pid=1,fd=9),(';
  for (const rest of ['', ',("b",pid=43,fd=3)']) {
    const [first] = parseSs(row(`users:(("${name}",pid=42,fd=3)${rest}) ino:99 sk:1 <->`));
    assert.deepEqual(first?.owners, []);
  }
});

test('names no owner where the list was cut off', () => {
  const [first] = parseSs(row('users:(("node",pid=12,fd=1'));
  assert.deepEqual(first?.owners, []);
  assert.equal(first?.uid, null);
});

for (const text of [
  '',
  '\n\n',
  'Cannot open netlink socket: Operation not permitted\n',
  'tcp LISTEN 0',
  '\0\0',
]) {
  test(`reads nothing out of ${JSON.stringify(text)}`, () => assert.deepEqual([...parseSs(text)], []));
}
