import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ownHosts } from './own-address.ts';

describe('own hosts', () => {
  it('are three names with the port', () => {
    const isOwn = ownHosts(['127.0.0.1', '::1'], 9876);
    for (const host of ['127.0.0.1:9876', 'localhost:9876', '[::1]:9876']) assert.ok(isOwn(host));
    for (const host of [
      'localhost',
      '127.0.0.2:9876',
      '192.168.1.4:9876',
      'localhost:98765',
      'xlocalhost:9876',
    ]) {
      assert.equal(isOwn(host), false, host);
    }
  });
  it('are any address in digits where it is reached from elsewhere, never another name', () => {
    const isOwn = ownHosts(['0.0.0.0'], 9876);
    assert.ok(isOwn('192.168.1.4:9876') && isOwn('[fe80::1]:9876'));
    for (const host of ['evil.com:9876', '192.168.1.4', '192.168.1.4:1', '1.2.3.4.nip.io:9876']) {
      assert.equal(isOwn(host), false, host);
    }
  });
});
