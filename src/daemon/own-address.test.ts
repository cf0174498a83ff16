import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StyxyError } from '../errors.ts';
import { LOOPBACK_ADDRESSES, listenAddresses, ownHosts } from './own-address.ts';

describe('addresses to listen on', () => {
  it('are loopback unless said otherwise', () => {
    assert.deepEqual(listenAddresses(undefined, false), LOOPBACK_ADDRESSES);
    assert.deepEqual(listenAddresses('localhost', false), LOOPBACK_ADDRESSES);
    for (const address of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1']) {
      assert.deepEqual(listenAddresses(address, false), [address]);
    }
    assert.deepEqual(listenAddresses('[::1]', false), ['::1']);
  });
  for (const address of [
    '0.0.0.0',
    '::',
    '::ffff:0.0.0.0',
    '::ffff:0:0',
    '0:0:0:0:0:0:0:0',
    '192.168.1.4',
    'fe80::1',
  ]) {
    it(`${address} needs somebody to insist`, () => {
      assert.throws(() => listenAddresses(address, false), StyxyError);
      assert.deepEqual(listenAddresses(address, true), [address]);
    });
  }
  for (const address of ['', '0', '127.1', '0x7f000001', 'example.com', '*']) {
    it(`${JSON.stringify(address)} is none, whoever insists`, () => {
      assert.throws(() => listenAddresses(address, false), StyxyError);
      assert.throws(() => listenAddresses(address, true), StyxyError);
    });
  }
});

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
