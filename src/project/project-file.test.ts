import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { MAX_PROJECT_FILE_BYTES, readProjectFile } from './project-file.ts';

let place = '';
before(() => {
  place = mkdtempSync(join(tmpdir(), 'styxy-project-file-'));
});
after(() => rmSync(place, { recursive: true, force: true }));

describe('a file of a project', () => {
  it('is read up to its limit', () => {
    const path = join(place, 'package.json');
    for (const [size, isRead] of [
      [MAX_PROJECT_FILE_BYTES, true],
      [MAX_PROJECT_FILE_BYTES + 1, false],
    ] as const) {
      writeFileSync(path, ' '.repeat(size));
      assert.equal(readProjectFile(path)?.length ?? null, isRead ? size : null);
    }
  });

  it('is nothing where it is missing or a directory', () => {
    mkdirSync(join(place, 'directory'));
    for (const name of ['missing', 'directory']) assert.equal(readProjectFile(join(place, name)), null);
  });

  it('is nothing where it is a pipe or a device, and is not waited for', {
    skip: process.platform === 'win32' ? 'Windows has no such files' : false,
  }, () => {
    execFileSync('mkfifo', [join(place, 'pipe')]);
    symlinkSync('/dev/zero', join(place, 'device'));
    for (const name of ['pipe', 'device']) assert.equal(readProjectFile(join(place, name)), null);
  });
});
