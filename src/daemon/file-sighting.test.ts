// Owns the tests of following files: what counts at once, what must settle first, and what no sighting shows.

import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { followFiles, sightingOf } from './file-sighting.ts';

/** A file whose content counts at once, or is "passing". */
function followed() {
  const file = { sighted: 'a', content: 'a' };
  const taken: string[] = [];
  const reads: boolean[] = [];
  const following = followFiles({
    sight: () => file.sighted,
    reload: (isSettled) => {
      reads.push(isSettled);
      if (file.content === 'passing' && !isSettled) return 'waiting';
      if (file.content !== taken.at(-1)) taken.push(file.content);
      return 'taken';
    },
  });
  const write = (content: string, sighted = content): void => void Object.assign(file, { content, sighted });
  return { following, taken, reads, write };
}

test('what changed counts at the next look, or sooner for somebody who asks', () => {
  const { following, taken, write } = followed();
  write('b');
  following.look();
  assert.deepEqual(taken, ['b']);
  write('c');
  following.lookNow();
  assert.deepEqual(taken, ['b', 'c']);
});

test('what may be over in a moment counts once two regular looks found it, however often somebody asks meanwhile', () => {
  const { following, taken, write } = followed();
  write('passing', 'half');
  following.lookNow();
  following.look();
  following.lookNow();
  assert.deepEqual(taken, []);
  write('passing', 'almost whole');
  following.look();
  assert.deepEqual(taken, []);
  following.look();
  assert.deepEqual(taken, ['passing']);
});

test('what was written in steps counts as it is at the end', () => {
  const { following, taken, write } = followed();
  following.look();
  assert.deepEqual(taken, ['a']);
  write('passing', 'half');
  following.look();
  write('whole');
  following.look();
  assert.deepEqual(taken, ['a', 'whole']);
});

test('a write that comes between a reading and the look after it counts at once', () => {
  const file = { sighted: 'a', content: 'a' };
  const reads: string[] = [];
  const following = followFiles({
    sight: () => file.sighted,
    reload: () => {
      reads.push(file.content);
      if (file.content === 'b') Object.assign(file, { sighted: 'c', content: 'c' });
      return 'taken';
    },
  });
  Object.assign(file, { sighted: 'b', content: 'b' });
  following.lookNow();
  assert.deepEqual(reads, ['b', 'c']);
  following.lookNow();
  assert.deepEqual(reads, ['b', 'c']);
});

test('a write that no sighting shows is found at the look after the one before', () => {
  const { following, taken, write } = followed();
  write('b');
  following.look();
  write('c', 'b');
  following.look();
  assert.deepEqual(taken, ['b', 'c']);
});

test('a file that stays as it is is not read again', () => {
  const { following, reads } = followed();
  following.look();
  const { length } = reads;
  for (let looks = 0; looks < 5; looks++) following.look();
  following.lookNow();
  assert.equal(reads.length, length);
});

function directory(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'styxy-sighting-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

test('a file looks different when it is made, written, replaced, linked elsewhere or removed', (t) => {
  const dir = directory(t);
  const path = join(dir, 'config.json');
  const seen = new Set([sightingOf([path])]);
  const look = (what: string): void => {
    const before = seen.size;
    assert.equal(seen.add(sightingOf([path])).size, before + 1, what);
  };
  writeFileSync(path, '{}');
  look('made');
  writeFileSync(path, '{ }');
  look('written');
  writeFileSync(join(dir, 'draft'), '{ }');
  renameSync(join(dir, 'draft'), path);
  look('replaced');
  unlinkSync(path);
  for (const name of ['one', 'two']) writeFileSync(join(dir, name), '{ }');
  symlinkSync('one', path);
  look('linked');
  unlinkSync(path);
  symlinkSync('two', path);
  look('linked elsewhere');
  unlinkSync(path);
  assert.equal(seen.has(sightingOf([path])), true, 'a missing file looks as before it was made');
  symlinkSync(path, path);
  look('a link to itself');
});
