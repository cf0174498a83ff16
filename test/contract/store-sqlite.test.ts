// Owns the tests of what only the SQLite store promises: its file, its lock, its schema versions, one process at a time.

import assert from 'node:assert/strict';
import { chmodSync, linkSync, readdirSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { latestVersion, MIGRATIONS, type Migration } from '../../src/store/sqlite/migrations.ts';
import type { StoredState } from '../../src/store/store.ts';
import { failsWith } from './store.ts';
import { aLease, granted, released } from './store-changes.ts';
import { createSqliteHome, type SqliteHome, startChild } from './store-home.ts';

function homeFor(t: TestContext): SqliteHome {
  const home = createSqliteHome();
  t.after(home.dispose);
  return home;
}

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
const LATEST = latestVersion(MIGRATIONS);
const newer: Migration = {
  version: LATEST + 1,
  description: 'a later schema',
  up: (db) => db.exec('ALTER TABLE lease ADD extra'),
};

test('every file is private, whatever the umask', { skip: process.platform === 'win32' }, (t) => {
  const home = homeFor(t);
  const former = process.umask(0);
  t.after(() => process.umask(former));
  const store = home.open();
  store.commit([granted(aLease())]);
  const names = readdirSync(home.dir);
  assert.deepEqual(names.sort(), ['state.db', 'state.db-wal']);
  for (const name of names) assert.equal(mode(join(home.dir, name)), '600', name);
  store.close();
  home.open({ migrations: [...MIGRATIONS, newer] }).close();
  assert.equal(mode(home.backupsDir), '700');
  for (const name of home.backups()) assert.equal(mode(join(home.backupsDir, name)), '600', name);
});

test('a second opener is refused at once, in this process and in another', async (t) => {
  const home = homeFor(t);
  const child = startChild('hold', home.dir);
  t.after(child.kill);
  assert.equal(await child.nextLine(), 'open');
  const refusal = await failsWith('ALREADY_RUNNING', () => home.open());
  assert.match(refusal.message, /state\.db/);
  await child.kill();
  const store = home.open();
  await failsWith('ALREADY_RUNNING', () => home.open());
  // The refused second opening has not cost the first its lock.
  const rival = startChild('hold', home.dir);
  t.after(rival.kill);
  assert.equal(await rival.nextLine(), 'ALREADY_RUNNING');
  store.close();
});

test('of several that open a new store at once, exactly one gets it', async (t) => {
  const home = homeFor(t);
  const children = Array.from({ length: 4 }, () => startChild('hold', home.dir));
  for (const child of children) t.after(child.kill);
  const answers = await Promise.all(children.map((child) => child.nextLine()));
  assert.deepEqual(answers.sort(), ['ALREADY_RUNNING', 'ALREADY_RUNNING', 'ALREADY_RUNNING', 'open']);
});

test('a file that others could touch is refused, with the reason', {
  skip: process.platform === 'win32',
}, async (t) => {
  const cases: [name: string, why: RegExp, spoil: (home: SqliteHome) => void][] = [
    ['readable by others', /mode 644/, (home) => chmodSync(home.path, 0o644)],
    [
      'a symbolic link',
      /symbolic link/,
      (home) => {
        renameSync(home.path, `${home.path}.real`);
        symlinkSync(`${home.path}.real`, home.path);
      },
    ],
    ['a link to nothing', /symbolic link/, (home) => symlinkSync('/nonexistent/styxy', `${home.path}-wal`)],
    ['hard links', /2 hard links/, (home) => linkSync(home.path, `${home.path}.twin`)],
  ];
  for (const [name, why, spoil] of cases) {
    const home = homeFor(t);
    home.using((store) => store.commit([granted(aLease())]));
    spoil(home);
    const before = home.bytes();
    const refusal = await failsWith('HOME_UNSAFE', () => home.open());
    assert.match(refusal.message, why, name);
    assert.match(refusal.message, /state\.db/, name);
    assert.deepEqual(home.bytes(), before, name);
  }
});

test('a store of another user is refused', {
  skip: process.geteuid?.() !== 0 && 'needs root to chown',
}, async (t) => {
  const home = homeFor(t);
  home.using(() => {});
  const { chownSync } = await import('node:fs');
  chownSync(home.path, 65_534, 65_534);
  const refusal = await failsWith('HOME_UNSAFE', () => home.open());
  assert.match(refusal.message, /belongs to user 65534/);
});

test('a directory that is not there is named', async (t) => {
  const home = homeFor(t);
  const error = await failsWith('STORE_UNAVAILABLE', () =>
    home.open({ path: join(home.dir, 'no', 'state.db') }),
  );
  assert.match(error.message, /no\/state\.db/);
});

test('an empty file is a new store, which says so and uses no fence again', (t) => {
  const home = homeFor(t);
  let used = 0;
  home.using((store) => {
    store.reserveFences(5000);
    used = (store.load() as StoredState).fenceCeiling;
  });
  writeFileSync(home.path, '', { mode: 0o600 });
  home.using((store) => {
    const { leases, setAside, fenceCeiling } = store.load() as StoredState;
    assert.deepEqual([leases, setAside.map(({ reason }) => reason)], [[], ['the file was empty']]);
    assert.ok(fenceCeiling > used);
  });
  assert.deepEqual(home.backups(), []);
});

test('a newer schema is refused with both versions named, and nothing is touched', async (t) => {
  const home = homeFor(t);
  home.open({ migrations: [...MIGRATIONS, newer] }).close();
  const before = home.bytes();
  const refusal = await failsWith('STORE_NEWER', () => home.open());
  assert.match(refusal.message, new RegExp(`version ${LATEST + 1}\\b.*up to ${LATEST}\\b`));
  assert.deepEqual(home.bytes(), before);
  assert.deepEqual(home.backups(), []);
});

test('a newer schema that is still in the log alone is refused as well', async (t) => {
  const home = homeFor(t);
  home.using(() => {});
  const copy = homeFor(t);
  const store = home.open({ migrations: [...MIGRATIONS, newer] });
  // As a killed process leaves it: the log was never folded into the file.
  for (const [name, hex] of Object.entries(home.bytes())) {
    writeFileSync(join(copy.dir, name), Buffer.from(hex, 'hex'), { mode: 0o600 });
  }
  store.close();
  const before = copy.bytes();
  assert.ok('state.db-wal' in before);
  await failsWith('STORE_NEWER', () => copy.open());
  assert.deepEqual(copy.bytes(), before);
});

test('an older store is backed up, then migrated, and keeps its rows', (t) => {
  const home = homeFor(t);
  home.using((store) => store.commit([granted(aLease())]));
  const store = home.open({ migrations: [...MIGRATIONS, newer] });
  assert.deepEqual(store.load(), { ...store.load(), leases: [aLease()] });
  store.close();
  const [backup = '', ...more] = home.backups();
  assert.deepEqual(more, []);
  assert.match(backup, new RegExp(`^state-v${LATEST}-.*\\.db$`));
  const db = new DatabaseSync(join(home.backupsDir, backup), { readOnly: true });
  assert.equal(db.prepare('PRAGMA user_version').get()?.user_version, LATEST);
  assert.equal(db.prepare('SELECT count(*) AS n FROM lease').get()?.n, 1);
  db.close();
});

test('rows of a store without sums are read, and have one when they are written again', (t) => {
  const home = homeFor(t);
  const first = aLease({ lockId: 'lock-1' });
  const second = aLease({ lockId: 'lock-2', port: first.port + 10, fence: first.fence + 1 });
  home.using((store) => store.commit([granted(first), granted(second)]));
  const db = new DatabaseSync(home.path);
  for (const table of [
    'lease',
    'lease_key',
    'quarantine',
    'instance',
    'request',
    'auto_range',
    'note',
    'audit',
  ])
    db.exec(`ALTER TABLE ${table} DROP COLUMN sum`);
  db.exec('PRAGMA user_version = 3');
  db.close();
  const renewed = { ...second, ttlMs: second.ttlMs + 1 };
  home.using((store) => {
    const { leases, setAside } = store.load() as StoredState;
    assert.deepEqual([leases, setAside], [[first, second], []]);
    store.commit([{ table: 'lease', id: second.lockId, before: second, after: renewed }]);
  });
  home.using((store) => assert.deepEqual((store.load() as StoredState).leases, [first, renewed]));
  const again = new DatabaseSync(home.path);
  const rows = again.prepare('SELECT lock_id, sum IS NULL AS bare FROM lease ORDER BY fence').all();
  again.close();
  assert.deepEqual(
    rows.map(({ lock_id, bare }) => [lock_id, bare]),
    [
      ['lock-1', 1],
      ['lock-2', 0],
    ],
  );
});

test('a migration that fails is rolled back, and the store still opens with the former schema', async (t) => {
  const home = homeFor(t);
  home.using((store) => store.commit([granted(aLease())]));
  const failing: Migration = {
    version: LATEST + 1,
    description: 'half a change',
    up: (db) => db.exec('DROP TABLE lease; INSERT INTO nowhere VALUES (1)'),
  };
  const error = await failsWith('STORE_UNAVAILABLE', () =>
    home.open({ migrations: [...MIGRATIONS, failing] }),
  );
  assert.match(error.message, new RegExp(`migration ${LATEST + 1} .*half a change.*nowhere`));
  home.using((store) => assert.deepEqual(store.load(), { ...store.load(), leases: [aLease()] }));
});

test('migrations have rising versions and descriptions', () => {
  MIGRATIONS.forEach(({ version, description }, i) => {
    assert.equal(version, i + 1);
    assert.notEqual(description, '');
  });
});

test('what was committed survives kill -9, and no fence is used twice', async (t) => {
  const home = homeFor(t);
  let fence = 1;
  let ceiling = 0;
  for (let round = 0; round < 5; round++) {
    const child = startChild('grant', home.dir, String(fence));
    t.after(child.kill);
    let acknowledged = 0;
    while (acknowledged < fence + 10 * (round + 1)) acknowledged = Number(await child.nextLine());
    await child.kill();
    const state = home.using((store) => {
      const loaded = store.load() as { leases: readonly { fence: number }[]; fenceCeiling: number };
      return loaded;
    });
    const fences = state.leases.map((lease) => lease.fence);
    assert.deepEqual(
      fences,
      Array.from({ length: fences.length }, (_, i) => i + 1),
    );
    assert.ok(fences.length >= acknowledged, `${acknowledged} were acknowledged, ${fences.length} are there`);
    assert.ok(state.fenceCeiling >= ceiling && state.fenceCeiling >= fences.length);
    ceiling = state.fenceCeiling;
    fence = fences.length + 1;
  }
});

test('the log is bounded however many changes there are', (t) => {
  const home = homeFor(t);
  home.using((store) => {
    for (let fence = 1; fence <= 4000; fence++) {
      const lease = aLease({ fence, lockId: `lock-${fence}`, port: 3000 + (fence % 50) });
      store.commit([granted(lease)]);
      store.commit([released(lease)]);
    }
    assert.ok(statSync(`${home.path}-wal`).size < 16 * 1024 * 1024);
  });
});
