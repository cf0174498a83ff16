import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isSameDirectory, mountOf } from './mounts.ts';

const MOUNTS = String.raw`21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
22 21 0:5 / /home rw - xfs /dev/sdb1 rw
40 22 0:50 / /home/ann/far\040away rw,nosuid shared:7 - fuse.sshfs ann@server:/ rw,user_id=0
41 22 0:51 / /home/ann rw - tmpfs tmpfs rw
42 22 0:52 / /home/ann rw - fuse.gocryptfs /secret rw
`;

describe('the mount of a path', () => {
  for (const [path, type] of [
    ['/etc', 'ext4'],
    ['/home/annette', 'xfs'],
    ['/home/ann/.styxy', 'fuse.gocryptfs'],
    ['/home/ann/far away', 'fuse.sshfs'],
    ['/home/ann/far away/.styxy', 'fuse.sshfs'],
  ] as const) {
    it(`is the nearest one: ${path}`, () => assert.equal(mountOf(MOUNTS, path)?.type, type));
  }

  it('is none where nothing is mounted', () => assert.equal(mountOf('', '/'), null));
});

describe('a path in two mount namespaces', () => {
  /** As a sandbox has it: a root of its own, one project bound into it, and one bound at another path. */
  const SANDBOX = `90 1 0:60 / / rw - tmpfs tmpfs rw
91 90 8:1 /srv/shop /srv/shop rw - ext4 /dev/sda1 rw
92 90 8:1 /srv/other /srv/blog rw - ext4 /dev/sda1 rw
93 90 8:1 / /usr rw - ext4 /dev/sda1 rw
`;
  for (const [path, isSame] of [
    ['/srv/shop', true],
    ['/srv/shop/web', true],
    ['/srv/shopping', false],
    ['/srv/blog', false],
    ['/usr', false],
    ['/', false],
  ] as const) {
    it(`is ${isSame ? 'the same directory' : 'another directory'}: ${path}`, () => {
      assert.equal(isSameDirectory(path, SANDBOX, MOUNTS), isSame);
    });
  }

  it('is the same directory where the mounts are', () => {
    for (const path of ['/', '/etc', '/home/ann/far away/web'])
      assert.ok(isSameDirectory(path, MOUNTS, MOUNTS));
  });
});
