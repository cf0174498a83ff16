import assert from 'node:assert/strict';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { openSqliteStore } from './sqlite-store.ts';
import { lookAtStore } from './store-look.ts';

const LOG = { info: () => {}, warn: () => {}, error: () => {} };

let dir: string;
let path: string;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'styxy-store-look-'));
  path = join(dir, 'state.db');
  const store = await openSqliteStore({ path, backupsDir: join(dir, 'backups'), log: LOG });
  await store.close();
});

afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

/** Everything in the directory, with its content. */
function contents(): ReadonlyMap<string, string> {
  const names = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(names.map(({ name }) => [name, readFileSync(join(dir, name), 'latin1')]));
}

function overwrite(file: string, at: number, bytes: Buffer): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, bytes, 0, bytes.length, at);
  closeSync(descriptor);
}

describe('lookAtStore', () => {
  it('finds a store sound, and touches nothing', async () => {
    const before = contents();
    const look = await lookAtStore(path);
    assert.deepEqual([look.kind, 'leases' in look && look.leases], ['sound', 0]);
    assert.deepEqual(contents(), before);
  });

  it('counts what stands in the log alone', async () => {
    const db = new DatabaseSync(path);
    const rows = [3000, 3001, 3002].map((port) => `('::', 'tcp', ${port}, '${port < 3002 ? 'a' : 'b'}')`);
    db.exec('PRAGMA wal_autocheckpoint = 0');
    db.exec(`INSERT INTO lease (address, protocol, port, lock_id) VALUES ${rows.join()}`);
    try {
      const look = await lookAtStore(path);
      assert.equal('leases' in look && look.leases, 2);
    } finally {
      db.close();
    }
  });

  it('says that there is none', async () => {
    rmSync(path);
    assert.deepEqual(await lookAtStore(path), { kind: 'missing' });
  });

  it('sees a log whose file is gone', async () => {
    rmSync(path);
    writeFileSync(`${path}-wal`, 'x', { mode: 0o600 });
    assert.equal((await lookAtStore(path)).kind, 'damaged');
  });

  it('sees an emptied file, one that was cut short, and one with a damaged page', async () => {
    const bytes = readFileSync(path);
    for (const harm of [
      () => truncateSync(path, 0),
      () => truncateSync(path, bytes.length - 512),
      () => overwrite(path, 4096, Buffer.alloc(4096, 0xff)),
    ]) {
      writeFileSync(path, bytes);
      harm();
      assert.equal((await lookAtStore(path)).kind, 'damaged');
    }
  });

  it('leaves a store of a newer program alone', async () => {
    const db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 999');
    db.close();
    const look = await lookAtStore(path);
    assert.deepEqual([look.kind, 'version' in look && look.version], ['newer', 999]);
  });
});
