import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openPlace } from './cli-harness.ts';

const place = openPlace();
after(() => place.close());
const folder = join(place.dir, '.claude');
const settings = join(folder, 'settings.json');
const front = join(place.home, 'hooks', 'claude');
const SETTINGS = `\ufeff{
  // mine
  "model": "opus",
  "hooks": { "Stop": [{ "hooks": [{ "type": "command", "command": "say done" }] }] },
}
`;

describe('the installation of hooks', () => {
  it('is shown first, keeps all else byte for byte, and is undone', async () => {
    mkdirSync(folder);
    const real = join(place.dir, 'dotfiles.json');
    writeFileSync(real, SETTINGS, { mode: 0o640 });
    chmodSync(real, 0o640);
    symlinkSync(real, settings);
    const shown = await place.styxy(['hooks', 'install', '--dry-run']);
    assert.match(shown.stdout, /^\+ .*PreToolUse/m);
    assert.equal(readFileSync(real, 'utf8'), SETTINGS);
    assert.equal(existsSync(front), false);

    assert.equal((await place.styxy(['hooks', 'install'])).status, 0);
    const installed = readFileSync(real, 'utf8');
    assert.match(installed, /^\ufeff\{\n {2}\/\/ mine\n {2}"model": "opus",\n/);
    assert.match(installed, /say done/);
    assert.equal(statSync(real).mode & 0o777, 0o640);
    assert.equal(readFileSync(settings, 'utf8'), installed, 'the link is a link');
    const again = JSON.parse((await place.styxy(['hooks', 'install', '--json'])).stdout);
    assert.deepEqual([again.changed, readFileSync(real, 'utf8')], [false, installed]);

    assert.equal((await place.styxy(['hooks', 'uninstall'])).status, 0);
    assert.equal(readFileSync(real, 'utf8'), SETTINGS);
    assert.equal(existsSync(front), false);
    assert.match((await place.styxy(['hooks', 'uninstall'])).stdout, /No hooks are installed/);
  });

  it('is said to be in place, current, and to run', async () => {
    const state = async (): Promise<Record<string, unknown>> =>
      JSON.parse((await place.styxy(['hooks', 'status', '--json'])).stdout);
    assert.equal((await state()).state, 'missing');
    await place.styxy(['daemon', 'start']);
    await place.styxy(['hooks', 'install']);
    const { state: found, runs, healthy } = await state();
    assert.deepEqual([found, runs, healthy], ['current', true, true]);
    writeFileSync(front, '#!/bin/sh\nexit 0\n');
    const broken = await state();
    assert.deepEqual([broken.state, broken.runs], ['outdated', false]);
    assert.equal((await place.styxy(['hooks', 'status'])).status, 1);
    await place.styxy(['hooks', 'install']);
    assert.equal((await state()).healthy, true);
  });

  it('is made in one project as well, and leaves a file that it does not understand', async () => {
    const app = place.directory('app');
    const own = join(app, '.claude', 'settings.local.json');
    assert.equal((await place.styxy(['hooks', 'install', '--project'], { cwd: app })).status, 0);
    assert.ok(existsSync(own));
    await place.styxy(['hooks', 'uninstall', '--project'], { cwd: app });
    assert.equal(existsSync(own), false);
    writeFileSync(own, '{"hooks": 7');
    const refused = await place.styxy(['hooks', 'install', '--project'], { cwd: app });
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /Nothing was changed/);
    assert.equal(readFileSync(own, 'utf8'), '{"hooks": 7');
    assert.equal((await place.styxy(['hooks', 'install', '--agent', 'nobody'])).status, 2);
  });
});
