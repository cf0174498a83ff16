import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { holderIn } from './lock-holder.ts';

const LOCKS = `1: POSIX  ADVISORY  READ 11 fe:00:402116 128 128
2: FLOCK  ADVISORY  WRITE 12 fe:00:402117 0 EOF
3: POSIX  ADVISORY  WRITE 13 fe:00:402117 1073741824 1073742335
3: -> POSIX  ADVISORY  WRITE 14 fe:00:402117 1073741824 1073742335
4: POSIX  ADVISORY  WRITE 15 103:12:402117 0 EOF
`;
const device = (major: bigint, minor: bigint): bigint =>
  ((major & 0xfffn) << 8n) | (minor & 0xffn) | ((minor & ~0xffn) << 12n);

describe('the holder of a lock', () => {
  for (const [dev, ino, pid] of [
    [device(0xfen, 0n), 402117n, 13],
    [device(0xfen, 0n), 402116n, 11],
    [device(0x103n, 0x12n), 402117n, 15],
    [device(0xfen, 1n), 402117n, null],
    [device(0xfen, 0n), 1n, null],
  ] as const) {
    it(`of ${dev}:${ino} is ${pid}`, () => assert.equal(holderIn(LOCKS, dev, ino), pid));
  }
});
