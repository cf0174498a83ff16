import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type Home, homeAt } from '../home.ts';
import { dropMarker, takeMarker } from './start-marker.ts';

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

  it('is not dropped by a client that was stopped for so long that another one has it', () => {
    assert.equal(takeMarker(home), true);
    const other = `${process.ppid} 1 1`;
    writeFileSync(marker, other);
    dropMarker(home);
    assert.equal(readFileSync(marker, 'latin1'), other);
  });
});
