import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { homeAt } from '../home.ts';
import { findUserManager, startByManager, unitArguments } from './user-manager.ts';

const skip = process.platform === 'linux' ? false : 'systemd is a matter of Linux';
let dir = '';
let server: Server;

before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'styxy-manager-'));
  mkdirSync(join(dir, 'run', 'systemd'), { recursive: true });
  mkdirSync(join(dir, 'plain', 'systemd'), { recursive: true });
  writeFileSync(join(dir, 'plain', 'systemd', 'private'), '');
  mkdirSync(join(dir, 'home', 'logs'), { recursive: true });
  server = createServer().listen(join(dir, 'run', 'systemd', 'private'));
  await once(server, 'listening');
});
after(() => {
  server.close();
  rmSync(dir, { recursive: true, force: true });
});

/** A program that stands for `systemd-run`: it writes down how it was called. */
function fake(status: number): string {
  const path = join(dir, `systemd-run-${status}`);
  const script = `#!/bin/sh\nprintf '%s\\n' "$@" > '${path}.args'\nenv > '${path}.env'\nexit ${status}\n`;
  writeFileSync(path, script, { mode: 0o755 });
  return path;
}

describe("the user's service manager", { skip }, () => {
  it('is used where it runs, by a program at a place of its own, never one of PATH', () => {
    const program = fake(0);
    const find = (runtime: string | undefined, programs: string[]): string | null =>
      findUserManager({ PATH: dir, XDG_RUNTIME_DIR: runtime }, programs);
    assert.equal(find(join(dir, 'run'), ['/nowhere/systemd-run', program]), program);
    assert.equal(find(join(dir, 'run'), ['/nowhere/systemd-run']), null);
    for (const runtime of [undefined, '', 'run', join(dir, 'nowhere'), join(dir, 'plain')])
      assert.equal(find(runtime, [program]), null, runtime);
  });

  it('is given the daemon with its own environment, and nothing of ours', async () => {
    const env = {
      PATH: '/bin:/usr/bin',
      HOME: dir,
      SECRET: 's',
      NODE_OPTIONS: '--inspect',
      XDG_RUNTIME_DIR: join(dir, 'run'),
    };
    const home = homeAt(join(dir, 'home'));
    const program = fake(0);
    assert.equal(await startByManager(program, home, env, ['--take-over']), true);
    const args = readFileSync(`${program}.args`, 'utf8').split('\n');
    const { dev, ino } = statSync(home.dir, { bigint: true });
    for (const word of [
      '--property=UMask=0077',
      '-i',
      `HOME=${dir}`,
      `STYXY_HOME=${home.dir}`,
      `${dev}:${ino}`,
      '--take-over',
      '--background',
    ])
      assert.ok(args.includes(word), `${word} in ${args.join(' ')}`);
    assert.doesNotMatch(
      readFileSync(`${program}.args`, 'utf8') + readFileSync(`${program}.env`, 'utf8'),
      /SECRET|inspect/,
    );
    assert.equal(statSync(join(home.logs, 'daemon-output.log')).mode & 0o777, 0o600);
  });

  it('is done without where it fails', async () => {
    const home = homeAt(join(dir, 'home'));
    assert.equal(await startByManager(fake(1), home, {}, []), false);
    assert.equal(await startByManager('/nowhere/systemd-run', home, {}, []), false);
  });

  it('expands no variable in what it is given', () => {
    const home = homeAt(join(dir, 'home'));
    const args = unitArguments(home, { PATH: '/odd/$HOME/$X' }, []);
    assert.ok(args.includes('PATH=/odd/$$HOME/$$X'), args.join(' '));
  });
});
