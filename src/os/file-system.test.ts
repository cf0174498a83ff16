import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { describe, it } from 'node:test';
import { mountType, networkFileSystem } from './file-system.ts';

const MOUNTS = String.raw`21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
22 21 0:5 / /home rw - xfs /dev/sdb1 rw
40 22 0:50 / /home/ann/far\040away rw,nosuid shared:7 - fuse.sshfs ann@server:/ rw,user_id=0
41 22 0:51 / /home/ann rw - tmpfs tmpfs rw
42 22 0:52 / /home/ann rw - fuse.gocryptfs /secret rw
`;

describe('the file system of a directory', () => {
  for (const [path, type] of [
    ['/etc', 'ext4'],
    ['/home/annette', 'xfs'],
    ['/home/ann/.styxy', 'fuse.gocryptfs'],
    ['/home/ann/far away', 'fuse.sshfs'],
    ['/home/ann/far away/.styxy', 'fuse.sshfs'],
  ] as const) {
    it(`is that of the nearest mount: ${path}`, () => assert.equal(mountType(MOUNTS, path), type));
  }

  it('is nothing of the network here, nor where nothing is', () => {
    assert.equal(networkFileSystem(tmpdir()), null);
    assert.equal(networkFileSystem('/nowhere/at/all'), null);
    assert.equal(mountType('', '/'), null);
  });
});
