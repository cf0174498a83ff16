// Owns the tests of the ways to read the socket table: which comes first, and when one must not answer.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { endianness, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { LINUX_SOURCES, readProcNet } from './socket-sources.ts';

const skip = endianness() !== 'LE' && 'the rows are those of a little-endian machine';
const FILES = ['tcp', 'tcp6', 'udp', 'udp6'];

/** A folder as /proc/net, each file with one socket on the loopback; the ports are 3000 and those after it. */
function folder(t: TestContext): string {
  const net = mkdtempSync(join(tmpdir(), 'styxy-net-'));
  t.after(() => rmSync(net, { recursive: true, force: true }));
  for (const [index, name] of FILES.entries()) {
    const zero = name.endsWith('6') ? '0'.repeat(32) : '0100007F';
    const port = (3000 + index).toString(16).toUpperCase().padStart(4, '0');
    const nobody = name.endsWith('6') ? '0'.repeat(32) : '0'.repeat(8);
    const state = name.startsWith('tcp') ? '0A' : '07';
    const row = `   0: ${zero}:${port} ${nobody}:0000 ${state} 00000000:00000000 00:00000000 00000000  1000        0 77 1 0 100 0 0 10 0`;
    writeFileSync(join(net, name), `  sl  local_address rem_address   st\n${row}\n`);
  }
  return net;
}

async function portsIn(net: string): Promise<readonly string[] | null> {
  return (await readProcNet(net))?.rows.map(({ protocol, port }) => `${protocol} ${port}`) ?? null;
}

test('the cheapest source that knows owners is asked first, the slowest last', () => {
  assert.deepEqual(Object.keys(LINUX_SOURCES), ['ss', '/proc', 'lsof', 'netstat']);
});

test('both families of both protocols are read', { skip }, async (t) => {
  assert.deepEqual(await portsIn(folder(t)), ['tcp 3000', 'tcp 3001', 'udp 3002', 'udp 3003']);
});

test('a kernel without IPv6 has the others', { skip }, async (t) => {
  const net = folder(t);
  for (const name of ['tcp6', 'udp6']) rmSync(join(net, name));
  assert.deepEqual(await portsIn(net), ['tcp 3000', 'udp 3002']);
});

for (const name of ['tcp', 'udp']) {
  test(`without ${name} nothing is known: half a table shows taken ports as free`, { skip }, async (t) => {
    const net = folder(t);
    rmSync(join(net, name));
    assert.equal(await portsIn(net), null);
  });
}

for (const name of FILES) {
  test(`a ${name} that is there and cannot be read makes all of it unknown`, { skip }, async (t) => {
    const net = folder(t);
    rmSync(join(net, name));
    mkdirSync(join(net, name));
    assert.equal(await portsIn(net), null);
  });
}
