// Owns the check of the write-ahead log before SQLite reads it: SQLite takes damage for the log's end, and says nothing.

import { readFileSync } from 'node:fs';
import { statusOf } from './store-file.ts';

export interface LogDamage {
  readonly reason: string;
  /** The log as it was found. */
  readonly bytes: Buffer;
}

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const MAGIC = 0x377f0682;

/**
 * Looks for commits in the log that SQLite will not see, because something before them does not add up.
 *
 * A process that is killed leaves at most a frame cut short at the end, with nothing of the same run behind it: that is
 * no damage. A power cut may lose a page in the middle; that is told like any other loss.
 *
 * @param path of the log
 * @returns null when nothing was lost
 */
export function damageInLog(path: string): LogDamage | null {
  if ((statusOf(path)?.size ?? 0) <= HEADER_BYTES + FRAME_HEADER_BYTES) return null;
  const bytes = readFileSync(path);
  const magic = bytes.readUInt32BE(0);
  // The lowest bit tells in which order the checksums read their bytes.
  const isBigEndian = (magic & 1) === 1;
  let sums = checksum(bytes.subarray(0, 24), isBigEndian, [0, 0]);
  if ((magic & ~1) >>> 0 !== MAGIC || !matches(bytes, 24, sums)) {
    return { reason: "the log's header is damaged; the changes in it are lost", bytes };
  }
  const frameBytes = FRAME_HEADER_BYTES + bytes.readUInt32BE(8);
  const salt = bytes.subarray(16, 24);
  let firstBad: number | null = null;
  for (
    let offset = HEADER_BYTES, frame = 1;
    offset + frameBytes <= bytes.length;
    offset += frameBytes, frame++
  ) {
    const isOfThisRun = bytes.subarray(offset + 8, offset + 16).equals(salt);
    if (firstBad !== null) {
      const isCommit = isOfThisRun && bytes.readUInt32BE(offset + 4) !== 0;
      if (isCommit)
        return { reason: `the log is damaged at frame ${firstBad}; the changes behind it are lost`, bytes };
      continue;
    }
    sums = checksum(bytes.subarray(offset, offset + 8), isBigEndian, sums);
    sums = checksum(bytes.subarray(offset + FRAME_HEADER_BYTES, offset + frameBytes), isBigEndian, sums);
    if (!isOfThisRun || !matches(bytes, offset + 16, sums)) firstBad = frame;
  }
  return null;
}

type Sums = readonly [number, number];

/** SQLite's running checksum over pairs of 32-bit words. */
function checksum(bytes: Buffer, isBigEndian: boolean, [first, second]: Sums): Sums {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let s0 = first;
  let s1 = second;
  for (let offset = 0; offset < bytes.length; offset += 8) {
    s0 = (s0 + view.getUint32(offset, !isBigEndian) + s1) >>> 0;
    s1 = (s1 + view.getUint32(offset + 4, !isBigEndian) + s0) >>> 0;
  }
  return [s0, s1];
}

function matches(bytes: Buffer, offset: number, [s0, s1]: Sums): boolean {
  return bytes.readUInt32BE(offset) === s0 && bytes.readUInt32BE(offset + 4) === s1;
}
