import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { homeAt } from '../home.ts';
import { setUpHome } from './home-setup.ts';

test('a home is made with the directories above it, for its owner alone', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'styxy-setup-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const home = homeAt(join(root, 'a', 'b'));
  setUpHome(home);
  setUpHome(home);
  if (process.platform === 'win32') return;
  for (const dir of [join(root, 'a'), home.dir, home.logs]) assert.equal(statSync(dir).mode & 0o777, 0o700);
});

test('where no directory can be made, that is said', {
  skip: process.platform !== 'linux' && '/proc is a matter of Linux',
}, () => {
  const program = `
    import { homeAt } from ${JSON.stringify(import.meta.resolve('../home.ts'))};
    import { setUpHome } from ${JSON.stringify(import.meta.resolve('./home-setup.ts'))};
    try { setUpHome(homeAt('/proc/styxy/home')); } catch (error) { console.log(error.code); }`;
  // In a process of its own: what does not return would take this one with it.
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program];
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 });
  assert.equal(stdout, 'HOME_UNUSABLE\n');
});
