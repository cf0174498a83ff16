import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type Home, homeAt } from '../home.ts';
import { dropMarker, keepMarker, takeMarker } from './start-marker.ts';

let home: Home;
let marker = '';

beforeEach(() => {
  home = homeAt(mkdtempSync(join(tmpdir(), 'styxy-marker-')));
  marker = join(home.dir, 'daemon.starting');
});
afterEach(() => rmSync(home.dir, { recursive: true, force: true }));

describe('the marker of a start', () => {
  it('is one client’s until that drops it', () => {
    assert.deepEqual([takeMarker(home), takeMarker(home)], [true, false]);
    dropMarker(home);
    assert.equal(existsSync(marker), false);
    assert.equal(takeMarker(home), true);
  });

  it('is fresh for as long as its client acts, and is another’s soon after that was stopped', (t) => {
    t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: Date.now() });
    const passes = (seconds: number): void => {
      for (let second = 0; second < seconds; second++) t.mock.timers.tick(1000);
    };
    assert.equal(takeMarker(home), true);
    const letGo = keepMarker(home);
    passes(60);
    assert.deepEqual([takeMarker(home), takeMarker(home)], [false, false]);
    letGo();
    passes(9);
    assert.deepEqual(
      [takeMarker(home), takeMarker(home)],
      [false, true],
      'stale, and gone at the first look',
    );
  });

  it('that another client has by now is not kept fresh', (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    assert.equal(takeMarker(home), true);
    const letGo = keepMarker(home);
    writeFileSync(marker, `${process.ppid} 1 1`);
    utimesSync(marker, 1, 1);
    t.mock.timers.tick(10_000);
    letGo();
    assert.equal(statSync(marker).mtimeMs, 1000);
  });

  it('is not dropped by a client that was stopped for so long that another one has it', () => {
    assert.equal(takeMarker(home), true);
    const other = `${process.ppid} 1 1`;
    writeFileSync(marker, other);
    dropMarker(home);
    assert.equal(readFileSync(marker, 'latin1'), other);
  });
});
