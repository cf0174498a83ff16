// Owns the SQLite schema: its versions, one migration each, and how an older store is brought up to date.

import type { DatabaseSync } from 'node:sqlite';
import { storeFailure } from './failure.ts';

/** One step of the schema. A migration that was released is never edited: the next one corrects it. */
export interface Migration {
  readonly version: number;
  readonly description: string;
  readonly up: (db: DatabaseSync) => void;
}

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    description: 'leases by port, keys, quarantines, instances, requests, notes',
    up: (db) => db.exec(SCHEMA_1),
  },
  {
    version: 2,
    description: 'automatic ranges',
    up: (db) => db.exec(SCHEMA_2),
  },
  {
    version: 3,
    description: 'the audit',
    up: (db) => db.exec(SCHEMA_3),
  },
  {
    version: 4,
    description: 'sums over the rows',
    up: (db) => db.exec(SCHEMA_4),
  },
];

/**
 * One row per leased port, so that the primary key itself forbids two leases of a port, and a grant or release of
 * one port costs one insert or delete. Types and bounds are checked when rows are read, not by the schema: a row
 * that a damaged disk changed must be readable to be set aside.
 */
const SCHEMA_1 = `
CREATE TABLE lease (
  address TEXT, protocol TEXT, port INTEGER, first_port INTEGER, port_count INTEGER, lock_id TEXT, fence INTEGER,
  service_type TEXT, service_name TEXT, instance_id TEXT, project_path TEXT, pid INTEGER, process TEXT,
  singleton INTEGER, ttl_ms INTEGER, allocated_at INTEGER,
  PRIMARY KEY (address, protocol, port)
) WITHOUT ROWID;
CREATE TABLE lease_key (
  key TEXT PRIMARY KEY, protocol TEXT, port INTEGER, port_count INTEGER, project_path TEXT, used_at INTEGER
) WITHOUT ROWID;
CREATE TABLE quarantine (
  address TEXT, protocol TEXT, port INTEGER, until_ms INTEGER, rest_ms INTEGER, key TEXT,
  PRIMARY KEY (address, protocol, port)
) WITHOUT ROWID;
CREATE TABLE instance (
  instance_id TEXT PRIMARY KEY, working_directory TEXT, template TEXT, pid INTEGER, process TEXT, ttl_ms INTEGER,
  metadata TEXT, registered_at INTEGER
) WITHOUT ROWID;
CREATE TABLE request (
  request_id TEXT PRIMARY KEY, fingerprint TEXT, answered_at INTEGER, answer TEXT
) WITHOUT ROWID;
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;
INSERT INTO meta (name, value) VALUES ('fence_ceiling', 0), ('elapsed_ms', 0);
CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE damaged (
  id INTEGER PRIMARY KEY, found_at TEXT, table_name TEXT, row_id TEXT, reason TEXT, row TEXT
);
`;

const SCHEMA_2 = `
CREATE TABLE auto_range (
  service_type TEXT PRIMARY KEY, first_port INTEGER, last_port INTEGER, made_at INTEGER
) WITHOUT ROWID;
`;

/**
 * A lease's columns are named as in `lease`; they are there where the event says what the lease is from then on. Nothing
 * but the number is indexed, apart from renewals and corrections of leases, which are few: another index costs each grant as much as the row.
 */
const SCHEMA_3 = `
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY, at INTEGER, moment INTEGER, event TEXT, actor_instance TEXT, actor_pid INTEGER,
  actor_command TEXT, reason TEXT, lock_id TEXT, protocol TEXT, port INTEGER, port_count INTEGER, service_type TEXT,
  service_name TEXT, instance_id TEXT, project_path TEXT, pid INTEGER, process TEXT, singleton INTEGER, fence INTEGER,
  ttl_ms INTEGER, allocated_at INTEGER
);
CREATE INDEX audit_later ON audit (lock_id, seq) WHERE event <> 'granted' AND fence IS NOT NULL;
`;

/** Rows from before have no sum, until they are written again. */
const SCHEMA_4 = `
ALTER TABLE lease ADD COLUMN sum INTEGER;
ALTER TABLE lease_key ADD COLUMN sum INTEGER;
ALTER TABLE quarantine ADD COLUMN sum INTEGER;
ALTER TABLE instance ADD COLUMN sum INTEGER;
ALTER TABLE request ADD COLUMN sum INTEGER;
ALTER TABLE auto_range ADD COLUMN sum INTEGER;
ALTER TABLE note ADD COLUMN sum INTEGER;
ALTER TABLE audit ADD COLUMN sum INTEGER;
`;

/** The tables whose rows are state, with the columns of their primary key. */
export const TABLES = {
  lease: ['address', 'protocol', 'port'],
  lease_key: ['key'],
  quarantine: ['address', 'protocol', 'port'],
  instance: ['instance_id'],
  request: ['request_id'],
  auto_range: ['service_type'],
  meta: ['name'],
  note: ['name'],
  audit: ['seq'],
} as const satisfies Record<string, readonly string[]>;

export type TableName = keyof typeof TABLES;

/** The schema version that a list of migrations leads to. */
export function latestVersion(migrations: readonly Migration[]): number {
  return migrations.at(-1)?.version ?? 0;
}

export function schemaVersion(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.user_version ?? 0);
}

/**
 * Brings a database up to date, each migration in a transaction of its own; a new one is made in a single one, which needs
 * less room on a disk that is nearly full.
 *
 * @param dir where the database lives
 * @param backUp called once before the first step on a store that already has a version; where it fails, nothing is
 *   migrated
 * @param upTo stops at this version
 * @throws StyxyError STORE_FULL or STORE_UNAVAILABLE when a migration fails; the store is then as the last good one left it
 */
export function migrate(
  db: DatabaseSync,
  dir: string,
  migrations: readonly Migration[],
  backUp: (version: number) => void,
  upTo = latestVersion(migrations),
): void {
  const from = schemaVersion(db);
  const due = migrations.filter(({ version }) => version > from && version <= upTo);
  if (due.length === 0) return;
  if (from > 0) backUp(from);
  for (const steps of from === 0 ? [due] : due.map((step) => [step])) {
    let current: Migration | undefined;
    db.exec('BEGIN IMMEDIATE');
    try {
      for (current of steps) {
        current.up(db);
        // The version is part of page 1, so it commits or rolls back with the change.
        db.exec(`PRAGMA user_version = ${current.version}`);
      }
      db.exec('COMMIT');
    } catch (error) {
      rollBack(db);
      const step = `migration ${current?.version} of the store (${current?.description})`;
      throw storeFailure(error, `${step} was rolled back`, dir);
    }
  }
}

function rollBack(db: DatabaseSync): void {
  try {
    db.exec('ROLLBACK');
  } catch {
    // SQLite has rolled back by itself.
  }
}
