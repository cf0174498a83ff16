import assert from 'node:assert/strict';
import {
  closeSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { takePassedSocket } from './activation.ts';

describe('the socket that a service manager passes', () => {
  let dir = '';
  let opened: readonly number[] = [];
  let inode = '';
  /** Descriptors from the first that is passed on are looked at: whatever the test's own process has there. */
  before(() => {
    dir = realpathSync(mkdtempSync(join(tmpdir(), 'styxy-activation-')));
    mkdirSync(join(dir, 'home'));
    symlinkSync(join(dir, 'home'), join(dir, 'other-name'));
    opened = [openSync(dir, 'r'), openSync(dir, 'r')];
    inode = String(fstatSync(3, { bigint: true }).ino);
  });
  after(() => {
    for (const fd of opened) closeSync(fd);
    rmSync(dir, { recursive: true, force: true });
  });
  const environment = (more: object = {}): NodeJS.ProcessEnv => ({
    LISTEN_PID: String(process.pid),
    LISTEN_FDS: '1',
    LISTEN_FDNAMES: 'styxy.socket',
    ...more,
  });
  const at = (path: string) => () => new Map([[inode, path]]);
  const own = (): string => join(dir, 'home', 'styxy.sock');

  it('is the one that listens at the path of the home', () => {
    assert.equal(takePassedSocket(environment(), own(), at(own())), 3);
  });

  it('may have been opened by another name of the same directory', () => {
    assert.equal(takePassedSocket(environment(), own(), at(join(dir, 'other-name', 'styxy.sock'))), 3);
  });

  it('is none where it listens elsewhere, or does not listen', () => {
    assert.equal(takePassedSocket(environment(), own(), at('/run/other.sock')), null);
    assert.equal(
      takePassedSocket(environment(), own(), () => new Map()),
      null,
    );
  });

  it('is none where another process was meant, whose variables were inherited', () => {
    assert.equal(takePassedSocket(environment({ LISTEN_PID: String(process.ppid) }), own(), at(own())), null);
    assert.equal(takePassedSocket(environment({ LISTEN_PID: undefined }), own(), at(own())), null);
  });

  it('is none where the count is no count', () => {
    for (const count of ['', '0', '-1', '1.5', 'x', undefined])
      assert.equal(takePassedSocket(environment({ LISTEN_FDS: count }), own(), at(own())), null);
  });

  it('is not told to children', () => {
    const env = environment({ PATH: '/bin' });
    takePassedSocket(env, own(), at(own()));
    assert.deepEqual(env, { PATH: '/bin' });
  });
});
