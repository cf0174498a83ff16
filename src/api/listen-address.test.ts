import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StyxyError } from '../errors.ts';
import { LOOPBACK_ADDRESSES, listenAddresses } from './listen-address.ts';

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
