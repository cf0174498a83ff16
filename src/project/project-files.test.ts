import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { projectFiles } from './project-files.ts';

let place = '';
before(() => {
  place = mkdtempSync(join(tmpdir(), 'styxy-files-'));
  mkdirSync(join(place, 'b'));
  writeFileSync(join(place, 'a'), 'text');
});
after(() => rmSync(place, { recursive: true, force: true }));

describe('the files of a project', () => {
  it('are texts by path, and names by directory', () => {
    const files = projectFiles();
    assert.equal(files.text(join(place, 'a')), 'text');
    assert.deepEqual(files.names(place), ['a', 'b']);
  });

  it('are none where there is nothing of the kind', () => {
    const files = projectFiles();
    for (const path of [join(place, 'none'), join(place, 'a', 'b'), place, `${place}\0`])
      assert.equal(files.text(path), null);
    for (const path of [join(place, 'none'), join(place, 'a')]) assert.deepEqual(files.names(path), []);
  });

  it('are not read where they are too large', () => {
    const path = join(place, 'b', 'large');
    writeFileSync(path, '');
    truncateSync(path, 1_048_577);
    assert.equal(projectFiles().text(path), null);
  });

  it('are not waited for', { skip: process.platform === 'win32' ? 'it has no such pipes' : false }, () => {
    const path = join(place, 'b', 'pipe');
    execFileSync('mkfifo', [path]);
    assert.equal(projectFiles().text(path), null);
  });

  it('are read once', () => {
    const files = projectFiles();
    const path = join(place, 'b', 'changing');
    writeFileSync(path, 'first');
    assert.equal(files.text(path), 'first');
    writeFileSync(path, 'second');
    assert.equal(files.text(path), 'first');
  });
});
