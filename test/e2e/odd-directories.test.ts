// Proves what commands say in a directory whose name a terminal would obey: printable text, and the way on.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openPlace, type Place } from './cli-harness.ts';

const ODD = 'evil\u001b[2J\nname';
const UNPRINTABLE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;
let place: Place;
before(() => {
  place = openPlace();
});
after(() => place.close());

describe('a directory whose name has control characters', () => {
  it('is no project, and is said to be the reason, whatever is asked there', async () => {
    const cwd = place.directory(ODD);
    for (const args of [
      ['allocate', '-s', 'dev'],
      ['list', '--here'],
      ['run', '-s', 'dev', '--', 'true'],
      ['allocate', '-s', 'dev', '--project', cwd],
    ]) {
      const { status, stdout, stderr } = await place.styxy(args, { cwd });
      assert.deepEqual([status, stdout], [2, ''], stderr);
      assert.match(
        stderr,
        /evil\\x1b\[2J\\x0aname, has control characters.*\nGive the directory another name/,
      );
      assert.doesNotMatch(stderr, UNPRINTABLE);
    }
    const json = await place.styxy(['allocate', '-s', 'dev', '--json'], { cwd });
    assert.equal((JSON.parse(json.stdout) as { code: string }).code, 'INVALID_REQUEST');
  });

  it('gives a service in a project a name that can be printed', async () => {
    place.directory('project/.git');
    const cwd = place.directory(`project/${ODD}`);
    const { status, stdout, stderr } = await place.styxy(['run', '-s', 'dev', '--', 'env'], { cwd });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^STYXY_PORT_EVIL_2J_NAME_[0-9A-F]{8}=\d+$/m);
    assert.match(stderr, /evil-2J-name-[0-9a-f]{8} gets http:/);
    assert.doesNotMatch(stderr, UNPRINTABLE);
  });
});
