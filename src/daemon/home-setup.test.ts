import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { homeAt } from '../home.ts';
import { refuseOtherHome, setUpHome } from './home-setup.ts';

const NOBODY = 65_534;

test('a home is made with the directories above it, for its owner alone', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'styxy-setup-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const home = homeAt(join(root, 'a', 'b'));
  setUpHome(home);
  setUpHome(home);
  if (process.platform === 'win32') return;
  for (const dir of [join(root, 'a'), home.dir, home.logs]) assert.equal(statSync(dir).mode & 0o777, 0o700);
});

test('a home on a network file system is refused, and what to set is said', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'styxy-setup-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  assert.throws(() => setUpHome(homeAt(root), () => 'NFS'), {
    code: 'HOME_UNUSABLE',
    message: /NFS/,
    hint: /STYXY_HOME.*local disk/,
  });
});

test('a home that its starter does not see under the same path is refused, and none is made', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'styxy-setup-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const { dev, ino } = statSync(root, { bigint: true });
  refuseOtherHome(homeAt(root), `${dev}:${ino}`);
  refuseOtherHome(homeAt(root), undefined);
  for (const [dir, inode] of [
    [root, `${dev}:${ino + 1n}`],
    [join(root, 'missing'), `${dev}:${ino}`],
  ] as const)
    assert.throws(() => refuseOtherHome(homeAt(dir), inode), { code: 'HOME_UNUSABLE' });
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

test('a home that became read-only is said to be one, by path, before anything in it is touched', {
  skip: process.platform === 'win32' && 'no modes in this sense',
}, (t) => {
  const root = mkdtempSync(join(tmpdir(), 'styxy-setup-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const home = homeAt(join(root, 'home'));
  mkdirSync(home.logs, { recursive: true });
  // What a daemon that was killed left behind cannot be removed there either.
  const program = `
    import { homeAt } from ${JSON.stringify(import.meta.resolve('../home.ts'))};
    import { setUpHome } from ${JSON.stringify(import.meta.resolve('./home-setup.ts'))};
    import { listenOnSocket } from ${JSON.stringify(import.meta.resolve('./servers.ts'))};
    import { openSqliteStore } from ${JSON.stringify(import.meta.resolve('../store/sqlite/sqlite-store.ts'))};
    const home = homeAt(${JSON.stringify(home.dir)});
    // Root may write anywhere, so that it has to be somebody else.
    if (process.geteuid() === 0) { process.setgid(${NOBODY}); process.setuid(${NOBODY}); }
    for (const work of [
      () => setUpHome(home),
      () => openSqliteStore({ path: home.store, backupsDir: home.backups }),
      () => listenOnSocket(home.socket, null, () => {}),
    ]) {
      try { await work(); } catch (error) { console.log(error.code, error.message.includes(home.dir), error.hint.includes('STYXY_HOME')); }
    }`;
  mkdirSync(home.socket);
  if (process.geteuid?.() === 0) for (const path of [root, home.dir]) chownSync(path, NOBODY, NOBODY);
  chmodSync(home.dir, 0o500);
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: 20_000,
    cwd: '/',
  });
  chmodSync(home.dir, 0o700);
  assert.equal(stdout, 'HOME_UNUSABLE true true\n'.repeat(3), stderr);
});

test('a directory that is shared with others and no home is refused as it is; an empty one is closed', {
  skip: process.platform === 'win32' && 'no modes in this sense',
}, (t) => {
  const root = mkdtempSync(join(tmpdir(), 'styxy-setup-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const mode = (): number => statSync(root).mode & 0o7777;
  chmodSync(root, 0o1777);
  writeFileSync(join(root, 'theirs'), '');
  assert.throws(() => setUpHome(homeAt(root)), { code: 'HOME_UNSAFE', hint: /STYXY_HOME/ });
  assert.equal(mode(), 0o1777);
  writeFileSync(homeAt(root).config, '{}');
  setUpHome(homeAt(root));
  assert.equal(mode() & 0o777, 0o700);
  for (const name of ['theirs', 'config.json']) rmSync(join(root, name));
  chmodSync(root, 0o755);
  setUpHome(homeAt(root));
  assert.equal(mode() & 0o777, 0o700);
});
