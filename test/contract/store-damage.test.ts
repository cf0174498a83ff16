// Owns the tests of damaged stores: rows that make no sense, files that are cut, flipped or no database at all.

import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { LOST_LEASES_NOTE } from '../../src/core/rebuild.ts';
import { StyxyError } from '../../src/errors.ts';
import type { AuditPart } from '../../src/store/audit-store.ts';
import type { StoredState } from '../../src/store/store.ts';
import { anEvent, put } from './store-audit.ts';
import { aLease, granted } from './store-changes.ts';
import { createSqliteHome, type SqliteHome, startChild } from './store-home.ts';

const LEASES = 400;
/** STYXY_CRASHES=1 damages the file at every 512 bytes and at a thousand random bits; else at a sample. */
const IS_THOROUGH = process.env.STYXY_CRASHES === '1';
const RANDOM_FLIPS = 1000;

function homeFor(t: TestContext): SqliteHome {
  const home = createSqliteHome();
  t.after(home.dispose);
  return home;
}

function load(home: SqliteHome): StoredState {
  return home.using((store) => store.load() as StoredState);
}

function fill(home: SqliteHome): void {
  home.using((store) => {
    const leases = Array.from({ length: LEASES }, (_, i) =>
      aLease({
        lockId: `lock-${i}`,
        port: 10_000 + i,
        fence: i + 1,
        projectPath: `/home/ada/${'p'.repeat(i % 50)}`,
      }),
    );
    store.commit(leases.map(granted));
    store.reserveFences(1000);
    store.writeNote('config', '{}');
  });
}

/** Changes the file behind the store's back. */
function tamper(home: SqliteHome, sql: string, ...values: SQLInputValue[]): void {
  const db = new DatabaseSync(home.path);
  db.prepare(sql).run(...values);
  db.close();
}

/** What the store noted together with the loss, for whoever takes the leases back. */
function noteOf(db: DatabaseSync): SQLOutputValue {
  return db.prepare('SELECT value FROM note WHERE name = ?').get(LOST_LEASES_NOTE)?.value ?? null;
}

test('a row that makes no sense is set aside, and kept', (t) => {
  const cases: [sql: string, reason: RegExp][] = [
    ["UPDATE lease SET port = 70000 WHERE lock_id = 'lock-1'", /70000/],
    ["UPDATE lease SET port = 'x' WHERE lock_id = 'lock-1'", /port is "x"/],
    ["UPDATE lease SET protocol = 'sctp' WHERE lock_id = 'lock-1'", /sctp/],
    ["UPDATE lease SET address = '10.0.0.1' WHERE lock_id = 'lock-1'", /10\.0\.0\.1/],
    ["UPDATE lease SET lock_id = NULL WHERE lock_id = 'lock-1'", /lock_id/],
    ["UPDATE lease SET fence = -1 WHERE lock_id = 'lock-1'", /fence/],
    ["UPDATE lease SET fence = 9223372036854775807 WHERE lock_id = 'lock-1'", /fence/],
    ["UPDATE lease SET port_count = 33 WHERE lock_id = 'lock-1'", /port_count/],
    ["UPDATE lease SET port_count = 2, sum = NULL WHERE lock_id = 'lock-1'", /1 of the 2 rows/],
    ["UPDATE lease SET first_port = 9999 WHERE lock_id = 'lock-1'", /outside its block/],
    ["UPDATE lease SET process = '{\"pid\":' WHERE lock_id = 'lock-1'", /process/],
    ["UPDATE lease SET process = x'00ff' WHERE lock_id = 'lock-1'", /blob of 2 bytes/],
    ["UPDATE lease SET project_path = 'a' || char(10) WHERE lock_id = 'lock-1'", /project_path/],
    ["UPDATE lease SET ttl_ms = 'soon' WHERE lock_id = 'lock-1'", /ttl_ms/],
    ["UPDATE lease SET singleton = 7 WHERE lock_id = 'lock-1'", /singleton/],
  ];
  for (const [sql, reason] of cases) {
    const home = homeFor(t);
    fill(home);
    tamper(home, sql);
    const state = load(home);
    assert.equal(state.leases.length, LEASES - 1, sql);
    assert.equal(state.setAside.length, 1, sql);
    assert.equal(state.setAside[0]?.table, 'lease', sql);
    assert.match(state.setAside[0]?.reason ?? '', reason, sql);
    assert.equal(home.backups().length, 1, sql);
    // Set aside once, and the port can be leased anew.
    home.using((store) => {
      store.commit([granted(aLease({ lockId: 'next', port: 10_001, fence: 2000 }))]);
      assert.deepEqual((store.load() as StoredState).setAside, [], sql);
    });
    const db = new DatabaseSync(home.path);
    assert.match(String(db.prepare('SELECT row FROM damaged').get()?.row), /lock-1|"lock_id":null/, sql);
    assert.notEqual(noteOf(db), null, sql);
    db.close();
  }
});

test('a row that makes sense but is not what was written is set aside too', (t) => {
  const home = homeFor(t);
  fill(home);
  const key = { protocol: 'tcp', port: 3000, count: 1, projectPath: '/home/ada', usedAt: 7 } as const;
  const full = { code: 'RANGE_EXHAUSTED', detail: 'full', hint: '', fields: {} } as const;
  const answer = { kind: 'refusal', refusal: full } as const;
  home.using((store) => {
    store.commit([
      { table: 'key', id: 'k', before: null, after: key },
      { table: 'quarantine', id: 'tcp:3000', before: null, after: { until: 9, restMs: 5, key: null } },
      { table: 'request', id: 'r', before: null, after: { fingerprint: 'f', answeredAt: 7, answer } },
      { table: 'range', id: 'job', before: null, after: { name: 'job', start: 7000, end: 7009, madeAt: 7 } },
    ]);
    store.saveElapsed(1000);
  });
  for (const sql of [
    "UPDATE lease SET fence = fence + 1024 WHERE lock_id = 'lock-1'",
    "UPDATE lease SET lock_id = 'lock-x' WHERE lock_id = 'lock-2'",
    "UPDATE lease SET service_type = 'dew' WHERE lock_id = 'lock-3'",
    "UPDATE lease SET port = 14000, first_port = 14000 WHERE lock_id = 'lock-4'",
    "UPDATE lease_key SET port = 3001 WHERE key = 'k'",
    'UPDATE quarantine SET until_ms = 8',
    `UPDATE request SET answer = replace(answer, 'full', 'fulm') WHERE request_id = 'r'`,
    'UPDATE auto_range SET first_port = 7001',
    `UPDATE note SET value = '{]' WHERE name = 'config'`,
    "UPDATE meta SET value = value - 512 WHERE name = 'fence_ceiling'",
    "UPDATE meta SET value = 1064 WHERE name = 'elapsed_ms'",
  ])
    tamper(home, sql);
  const state = load(home);
  assert.deepEqual(
    state.setAside.map(({ table, id }) => `${table} ${id}`).sort(),
    [
      ...['lease tcp:10001', 'lease tcp:10002', 'lease tcp:10003', 'lease tcp:14000'],
      ...['lease_key k', 'quarantine tcp:3000', 'request r', 'auto_range job', 'note config'],
      ...['meta fence_ceiling', 'meta fence_ceiling_twin', 'meta elapsed_ms', 'meta elapsed_ms_twin'],
    ].sort(),
  );
  assert.equal(state.leases.length, LEASES - 4);
  assert.ok(state.fenceCeiling > 1000 + 512);
  home.using((store) => void store.reserveFences(state.fenceCeiling + 100));
  assert.deepEqual(load(home).setAside, [], 'the next start finds nothing wrong');
});

test('a row whose key is damaged stands where no search finds it, and goes all the same', (t) => {
  const home = homeFor(t);
  fill(home);
  const bytes = readFileSync(home.path);
  const place = bytes.indexOf(
    Buffer.concat([Buffer.from('*tcp'), ports(10_007, 10_007), Buffer.from('lock-7')]),
  );
  assert.ok(place > 0);
  ports(10_007 ^ 0x0040).copy(bytes, place + 4);
  writeFileSync(home.path, bytes, { mode: 0o600 });
  home.using((store) => {
    const { leases, setAside } = store.load() as StoredState;
    assert.equal(leases.length, LEASES - 1);
    assert.deepEqual(
      setAside.map(({ table, id }) => `${table} ${id}`),
      ['lease tcp:10071'],
    );
    for (const lease of leases.filter(({ port }) => port > 10_000)) {
      store.commit([{ table: 'lease', id: lease.lockId, before: lease, after: null }]);
      store.commit([granted({ ...lease, lockId: `${lease.lockId}-again` })]);
    }
    store.commit([granted(aLease({ lockId: 'next', port: 10_007, fence: 2000 }))]);
  });
  const state = load(home);
  assert.deepEqual([state.leases.length, state.setAside], [LEASES, []]);
});

function ports(...numbers: number[]): Buffer {
  return Buffer.concat(numbers.map((port) => Buffer.from([port >> 8, port & 0xff])));
}

test('two leases under one lock id that differ are both set aside', (t) => {
  const home = homeFor(t);
  fill(home);
  tamper(home, "UPDATE lease SET lock_id = 'lock-1', sum = NULL WHERE lock_id = 'lock-2'");
  const state = load(home);
  assert.equal(state.leases.length, LEASES - 2);
  assert.deepEqual(
    state.setAside.map(({ id }) => id),
    ['tcp:10001', 'tcp:10002'],
  );
});

test('bad rows of every other table are set aside too', (t) => {
  const home = homeFor(t);
  fill(home);
  tamper(home, "INSERT INTO lease_key VALUES ('k', 'tcp', 0, 1, NULL, 0, NULL)");
  tamper(home, "INSERT INTO quarantine VALUES ('*', 'tcp', 3000, 'never', 1, NULL, NULL)");
  tamper(home, "INSERT INTO instance VALUES ('i', NULL, NULL, NULL, NULL, 300000, '[]', 0, NULL)");
  tamper(home, `INSERT INTO request VALUES ('r', 'f', 0, '{"kind":"what"}', NULL)`);
  tamper(home, "UPDATE meta SET value = 'much' WHERE name = 'fence_ceiling'");
  const state = load(home);
  assert.deepEqual(
    state.setAside.map(({ table }) => table),
    ['lease_key', 'quarantine', 'instance', 'request', 'meta'],
  );
  assert.equal(state.leases.length, LEASES);
  assert.ok(state.fenceCeiling > 1000, 'a lost ceiling is replaced by one above every fence used');
});

test('a file that is no database is copied, and a new store begins', (t) => {
  const home = homeFor(t);
  const garbage = Buffer.from('this is no database, but somebody may want it back'.repeat(100));
  writeFileSync(home.path, garbage, { mode: 0o600 });
  const state = load(home);
  assert.equal(state.leases.length, 0);
  assert.equal(state.setAside[0]?.table, 'store');
  const [backup = ''] = home.backups();
  assert.deepEqual(readFileSync(join(home.backupsDir, backup)), garbage);
  assert.deepEqual(load(home).setAside, [], 'the next start finds nothing wrong');
});

test('of several that find a damaged store at once, one repairs and has it', async (t) => {
  const home = homeFor(t);
  fill(home);
  const bytes = readFileSync(home.path);
  bytes.write('no database', 0, 'latin1');
  writeFileSync(home.path, bytes, { mode: 0o600 });
  const children = Array.from({ length: 3 }, () => startChild('hold', home.dir));
  for (const child of children) t.after(child.kill);
  const answers = await Promise.all(children.map((child) => child.nextLine()));
  assert.deepEqual(answers.sort(), ['ALREADY_RUNNING', 'ALREADY_RUNNING', 'open']);
  for (const child of children) await child.kill();
  const state = load(home);
  assert.equal(state.leases.length, LEASES, 'a broken header alone costs no row');
  assert.equal(home.backups().length, 1);
  assert.deepEqual(readdirSync(home.dir).sort(), ['backups', 'state.db']);
  const db = new DatabaseSync(home.path);
  assert.notEqual(noteOf(db), null);
  db.close();
});

test('a flipped bit anywhere costs at most the page it is on, and never silently', (t) => {
  const origin = homeFor(t);
  fill(origin);
  const { size } = statSync(origin.path);
  const expected = load(origin);
  // Every byte of the header, and a sample of all pages.
  const offsets = [...Array(100).keys()];
  for (let offset = 100; offset < size; offset += 1571) offsets.push(offset);
  if (IS_THOROUGH)
    for (let flip = 0; flip < RANDOM_FLIPS; flip++) offsets.push(Math.floor(Math.random() * size));
  for (const offset of offsets) {
    const home = homeFor(t);
    copyFileSync(origin.path, home.path);
    const bytes = readFileSync(home.path);
    bytes[offset] = (bytes[offset] ?? 0) ^ (1 << (offset % 8));
    writeFileSync(home.path, bytes, { mode: 0o600 });
    let state: StoredState;
    try {
      state = load(home);
    } catch (error) {
      // A flip in the schema version looks like a newer program's store: refused, with nothing lost.
      assert.ok(
        error instanceof StyxyError && error.code === 'STORE_NEWER',
        `byte ${offset}: ${String(error)}`,
      );
      assert.deepEqual(readFileSync(home.path), bytes);
      home.dispose();
      continue;
    }
    if (state.leases.length < expected.leases.length) {
      assert.notDeepEqual(state.setAside, [], `byte ${offset}: ${state.leases.length} leases, nothing said`);
      assert.notDeepEqual(home.backups(), [], `byte ${offset}`);
    }
    const isCatalogPage = offset >= 100 && offset < 4096;
    if (!isCatalogPage && state.leases.length < expected.leases.length / 2) {
      const isInterior = state.setAside.some(({ table, id }) => table === 'lease' && id === '*');
      assert.ok(isInterior, `byte ${offset}: only ${state.leases.length} leases are left`);
    }
    home.dispose();
  }
});

test('a truncated file gives what is left of it', (t) => {
  const origin = homeFor(t);
  fill(origin);
  const { size } = statSync(origin.path);
  const lengths = [1, 50, 100, 512, 4095, 4096, 8192, 10_000, size - 8192, size - 4096, size - 1];
  if (IS_THOROUGH) for (let length = 512; length < size; length += 512) lengths.push(length);
  for (const length of lengths) {
    const home = homeFor(t);
    copyFileSync(origin.path, home.path);
    truncateSync(home.path, length);
    const state = load(home);
    assert.equal(state.setAside[0]?.table, 'store', `cut at ${length}`);
    assert.match(home.backups()[0] ?? '', /^state-damaged-/, `cut at ${length}`);
    assert.ok(state.fenceCeiling >= 1000, `cut at ${length}`);
    assert.deepEqual(load(home).setAside, [], `cut at ${length}`);
  }
});

test('a log whose database is gone or empty is kept, not deleted', (t) => {
  for (const isMissing of [true, false]) {
    const origin = homeFor(t);
    const store = origin.open();
    store.commit([granted(aLease())]);
    const files = origin.bytes();
    store.close();
    const home = homeFor(t);
    writeFileSync(`${home.path}-wal`, Buffer.from(files['state.db-wal'] ?? '', 'hex'), { mode: 0o600 });
    if (!isMissing) writeFileSync(home.path, '', { mode: 0o600 });
    const state = load(home);
    assert.equal(state.setAside[0]?.table, 'store');
    assert.equal(state.leases.length, 1, 'the log alone holds the whole of a young store');
    assert.ok(home.backups().some((name) => name.endsWith('.db-wal')));
  }
});

test('a flipped bit in the log of a killed process is told, and no fence of what it lost is used again', (t) => {
  const origin = homeFor(t);
  const store = origin.open();
  for (let fence = 1; fence <= 20; fence++) {
    store.commit([granted(aLease({ lockId: `lock-${fence}`, port: 3000 + fence, fence }))]);
  }
  const files = origin.bytes();
  store.close();
  const log = Buffer.from(files['state.db-wal'] ?? '', 'hex');
  const reopen = (bytes: Buffer) => {
    const home = homeFor(t);
    writeFileSync(home.path, Buffer.from(files['state.db'] ?? '', 'hex'), { mode: 0o600 });
    writeFileSync(`${home.path}-wal`, bytes, { mode: 0o600 });
    return { home, state: load(home) };
  };
  const frameBytes = 4096 + 24;
  const frames = (log.length - 32) / frameBytes;
  for (let offset = 1; offset < log.length - frameBytes; offset += 2039) {
    const bytes = Buffer.from(log);
    bytes[offset] = (bytes[offset] ?? 0) ^ 0x10;
    const { home, state } = reopen(bytes);
    assert.ok(state.leases.length < 20, `byte ${offset}`);
    assert.equal(
      state.setAside[0]?.table,
      'store',
      `byte ${offset}: ${state.leases.length} leases, nothing said`,
    );
    assert.ok(state.fenceCeiling > 20, `byte ${offset}`);
    assert.ok(home.backups().some((name) => readFileSync(join(home.backupsDir, name)).equals(bytes)));
    home.dispose();
  }
  // Cut anywhere, as a kill may leave it: what was whole is there, and nothing is wrong.
  for (let length = 32 + 24 + 1; length <= log.length; length += Math.floor(frameBytes / 3)) {
    const { home, state } = reopen(log.subarray(0, length));
    // A young store's tables are in the log too: without them it is a damaged one.
    if (length > 32 + (frames - 18) * frameBytes) assert.deepEqual(state.setAside, [], `cut at ${length}`);
    home.dispose();
  }
});

test('an event that makes no sense is left out and counted, the others are read', (t) => {
  const home = homeFor(t);
  home.using((store) => void store.commit([1, 2, 3].map((seq) => put(anEvent(seq)))));
  const cases = [
    "UPDATE audit SET event = 'what' WHERE seq = 2",
    "UPDATE audit SET at = 'then' WHERE seq = 2",
    'UPDATE audit SET port = 70000 WHERE seq = 2',
    'UPDATE audit SET fence = 9223372036854775807 WHERE seq = 2',
    "UPDATE audit SET actor_command = 'a' || char(27) WHERE seq = 2",
    "UPDATE audit SET reason = 'anothes' WHERE seq = 2",
    'UPDATE audit SET seq = 9223372036854775807 WHERE seq = 2',
  ];
  const anything = { since: null, until: null, event: null, serviceType: null, port: null };
  for (const sql of cases) {
    tamper(home, sql);
    home.using((store) => {
      const window = { first: 1, last: Number.MAX_SAFE_INTEGER };
      const { entries, unreadable } = store.audit.read(window, anything, 10, true) as AuditPart;
      assert.deepEqual(
        entries.map(({ seq }) => seq),
        [1, 3],
        sql,
      );
      assert.equal(unreadable, sql.includes('SET seq') ? 0 : 1, sql);
      assert.equal((store.load() as StoredState).lastAudit, 3, sql);
    });
  }
});

test('what a damaged file still has of the audit goes into the new one', (t) => {
  const home = homeFor(t);
  fill(home);
  home.using((store) => void store.commit([1, 2, 3].map((seq) => put(anEvent(seq)))));
  const bytes = readFileSync(home.path);
  bytes.write('no database', 0, 'latin1');
  writeFileSync(home.path, bytes, { mode: 0o600 });
  const state = load(home);
  assert.equal(state.setAside[0]?.table, 'store');
  assert.equal(state.lastAudit, 3);
});
