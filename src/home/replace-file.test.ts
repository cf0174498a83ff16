import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { replaceFile } from './replace-file.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'styxy-replace-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('a file that is replaced', () => {
  it('has the new content and the mode that was asked for, whatever the umask', () => {
    const path = join(dir, 'file');
    writeFileSync(path, 'former');
    const umask = process.umask(0o077);
    try {
      replaceFile(path, 'new', { mode: 0o100664 });
      replaceFile(join(dir, 'other'), 'new');
    } finally {
      process.umask(umask);
    }
    assert.equal(readFileSync(path, 'utf8'), 'new');
    if (process.platform !== 'win32') {
      assert.equal(statSync(path).mode & 0o777, 0o664);
      assert.equal(statSync(join(dir, 'other')).mode & 0o777, 0o600, 'as the umask has it');
    }
  });

  it('is as it was where that fails, and nothing is left beside it', () => {
    const path = join(dir, 'taken');
    mkdirSync(join(path, 'below'), { recursive: true });
    assert.throws(() => replaceFile(path, 'new'));
    assert.deepEqual([readdirSync(dir), readdirSync(path)], [['taken'], ['below']]);
  });
});
