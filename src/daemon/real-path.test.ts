import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { realPath } from './real-path.ts';

function place(t: TestContext): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'styxy-real-')));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

test('links are followed, wherever in the path they are', async (t) => {
  const dir = place(t);
  mkdirSync(join(dir, 'real', 'shop'), { recursive: true });
  symlinkSync(join(dir, 'real'), join(dir, 'link'));
  symlinkSync(join(dir, 'link', 'shop'), join(dir, 'shop'));
  for (const path of ['real/shop', 'link/shop', 'shop'])
    assert.equal(await realPath(join(dir, path)), join(dir, 'real', 'shop'));
});

test('what leads nowhere stays as it is', async (t) => {
  const dir = place(t);
  symlinkSync(join(dir, 'loop'), join(dir, 'loop'));
  symlinkSync(join(dir, 'gone'), join(dir, 'dangling'));
  for (const path of ['missing', 'loop', 'dangling'])
    assert.equal(await realPath(join(dir, path)), join(dir, path));
});

test('no link brings in a path that no request may name', async (t) => {
  const dir = place(t);
  mkdirSync(join(dir, 'a\u001b[2Jb'));
  symlinkSync(join(dir, 'a\u001b[2Jb'), join(dir, 'link'));
  assert.equal(await realPath(join(dir, 'link')), join(dir, 'link'));
});
