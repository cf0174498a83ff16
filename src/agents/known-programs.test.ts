import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canStartServer } from './known-programs.ts';

describe('the programs that can concern us', () => {
  it('are those of the catalogue, of launchers, package managers and interpreters', () => {
    const yes = [
      'vite',
      'npx',
      './mvnw',
      '/usr/bin/python3.12',
      'node',
      'next.cmd',
      'sudo',
      'docker',
      'turbo',
    ];
    assert.deepEqual(
      yes.filter((each) => !canStartServer(each)),
      [],
    );
    const no = ['git', 'ls', 'cd', 'curl', 'constructor', '__proto__', ''];
    assert.deepEqual(no.filter(canStartServer), []);
  });
});
