import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { it } from 'node:test';
import { networkFileSystem } from './file-system.ts';

it('a directory here, and one that is not there, are on nothing of the network', () => {
  assert.equal(networkFileSystem(tmpdir()), null);
  assert.equal(networkFileSystem('/nowhere/at/all'), null);
});
