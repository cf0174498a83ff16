import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { createDashboardFiles } from './dashboard-files.ts';

it('the files of the dashboard are found when they are built, and kept when they are taken away', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'styxy-files-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const files = createDashboardFiles([join(folder, 'nowhere'), folder]);
  assert.equal(await files.find('index.html'), null);
  writeFileSync(join(folder, 'app.js'), 'let a;');
  assert.equal(await files.find('app.js'), null, 'half a build is none');
  writeFileSync(join(folder, 'index.html'), '<p>');
  writeFileSync(join(folder, 'notes.txt'), 'no');
  const found = await files.find('app.js');
  assert.equal(found?.type, 'text/javascript; charset=utf-8');
  assert.equal(gunzipSync(found?.gzipped ?? '').toString(), 'let a;');
  rmSync(join(folder, 'app.js'));
  assert.ok((await files.find('app.js')) !== null);
  for (const name of ['notes.txt', '../index.html', 'index.html/', ''])
    assert.equal(await files.find(name), null);
});
