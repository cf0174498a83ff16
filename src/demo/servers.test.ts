import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answeringPid } from './servers.ts';

const WEB = { name: 'web', checkout: 'shop', starter: 4119 };

describe('the answer of a server of the demo', () => {
  it('names its process', () => {
    assert.equal(answeringPid('web of shop (pid 4121, child of 4119)', WEB), 4121);
  });

  for (const answer of [
    'api of shop (pid 4121, child of 4119)',
    'web of fix-login (pid 4121, child of 4119)',
    'web of shop (pid , child of 4119)',
    'web of shop (pid 4121, child of 4120)',
    'web of shop (pid 4121)',
    'web of shop (pid 4121, child of 4119) and more',
    '<html>',
    '',
  ]) {
    it(`is not that of another one: ${answer}`, () => {
      assert.equal(answeringPid(answer, WEB), null);
    });
  }
});
