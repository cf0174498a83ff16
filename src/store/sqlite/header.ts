// Owns the header of a database file, read and mended as bytes where SQLite must not or cannot open the file.

import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { statusOf } from './store-file.ts';

const HEADER_BYTES = 100;
const MAGIC = 'SQLite format 3\0';
/** SQLite's own default, which the store never changes. */
const PAGE_BYTES = 4096;
/** From offset 16: page size, write and read version 2 (WAL), no reserved bytes, three fixed fractions. */
const CONSTANTS = Buffer.from([PAGE_BYTES >> 8, 0, 2, 2, 0, 64, 32, 32]);
/** SQLite's schema format, the same since 2006, and its number for UTF-8. */
const SCHEMA_FORMAT = 4;
const UTF_8 = 1;

const OFFSET = {
  constants: 16,
  changeCounter: 24,
  pageCount: 28,
  schemaFormat: 44,
  encoding: 56,
  userVersion: 60,
  validFor: 92,
} as const;

const LOG_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/**
 * The highest schema version that the file or its log names, without opening it as a database, so that a store of a
 * newer program is not touched. A log that was not checkpointed may hold a newer first page than the file.
 *
 * @returns 0 when neither names one
 */
export function schemaVersionOnDisk(path: string): number {
  return Math.max(versionIn(readHeader(path)), versionInLog(`${path}-wal`));
}

/**
 * What is wrong with a database file that SQLite would take for an empty or a read-only one, or refuse.
 *
 * @returns null when nothing is seen from outside
 */
export function damageOnDisk(path: string): string | null {
  // The log first: a store that is just being created has its first page before it has a log.
  const logBytes = statusOf(`${path}-wal`)?.size ?? 0;
  const bytes = statusOf(path)?.size ?? 0;
  if (bytes === 0) return logBytes > 0 ? 'the file is empty, but its log is not' : null;
  const header = readHeader(path);
  if (!hasMagic(header)) return 'the file is not a database';
  // Before its first change in WAL mode a new database has version 1 there.
  const constants = Buffer.from(header.subarray(OFFSET.constants, OFFSET.constants + CONSTANTS.length));
  if (constants[2] === 1 && constants[3] === 1) constants.fill(2, 2, 4);
  const format = header.readUInt32BE(OFFSET.schemaFormat);
  const encoding = header.readUInt32BE(OFFSET.encoding);
  // Both are 0 until the first table is made.
  const isKnown = (format === 0 || format === SCHEMA_FORMAT) && (encoding === 0 || encoding === UTF_8);
  if (!isKnown || !constants.equals(CONSTANTS)) return 'the header of the file is damaged';
  // With a log, a page that was cut short may be a checkpoint that was; the log still has it whole.
  return logBytes === 0 && bytes % PAGE_BYTES !== 0 ? 'the file ends within a page' : null;
}

/**
 * Writes the header's constants anew, and the size that the file has: a truncated file or a flipped bit there would
 * keep every page from being read, although nothing in it is unknown.
 */
export function mendHeader(path: string): void {
  const descriptor = openSync(path, 'r+');
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    readSync(descriptor, header, 0, HEADER_BYTES, 0);
    const pages = Math.max(1, Math.ceil(fstatSync(descriptor).size / PAGE_BYTES));
    header.write(MAGIC, 0, 'latin1');
    CONSTANTS.copy(header, OFFSET.constants);
    header.writeUInt32BE(pages, OFFSET.pageCount);
    header.writeUInt32BE(SCHEMA_FORMAT, OFFSET.schemaFormat);
    header.writeUInt32BE(UTF_8, OFFSET.encoding);
    // SQLite believes the size only where these two counters agree.
    header.writeUInt32BE(header.readUInt32BE(OFFSET.changeCounter), OFFSET.validFor);
    writeSync(descriptor, header, 0, HEADER_BYTES, 0);
    ftruncateSync(descriptor, pages * PAGE_BYTES);
  } finally {
    closeSync(descriptor);
  }
}

function versionIn(header: Buffer): number {
  return hasMagic(header) ? header.readUInt32BE(OFFSET.userVersion) : 0;
}

function hasMagic(header: Buffer): boolean {
  return header.length === HEADER_BYTES && header.toString('latin1', 0, MAGIC.length) === MAGIC;
}

function versionInLog(path: string): number {
  if ((statusOf(path)?.size ?? 0) < LOG_HEADER_BYTES) return 0;
  const descriptor = openSync(path, 'r');
  try {
    const header = readFrom(descriptor, 0, LOG_HEADER_BYTES);
    const frameBytes = FRAME_HEADER_BYTES + header.readUInt32BE(8);
    const salt = header.subarray(16, 24);
    let version = 0;
    for (let offset = LOG_HEADER_BYTES; ; offset += frameBytes) {
      const frame = readFrom(descriptor, offset, FRAME_HEADER_BYTES + HEADER_BYTES);
      // Frames of another salt are left over from before the log was last restarted.
      if (frame.length < FRAME_HEADER_BYTES || !frame.subarray(8, 16).equals(salt)) return version;
      if (frame.readUInt32BE(0) === 1)
        version = Math.max(version, versionIn(frame.subarray(FRAME_HEADER_BYTES)));
    }
  } finally {
    closeSync(descriptor);
  }
}

function readHeader(path: string): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    return readFrom(descriptor, 0, HEADER_BYTES);
  } finally {
    closeSync(descriptor);
  }
}

function readFrom(descriptor: number, offset: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(descriptor, buffer, 0, length, offset));
}
