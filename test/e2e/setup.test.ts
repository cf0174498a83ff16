// Proves the setup: each step asked for, done once, and taken back so that nothing of it is left.

import assert from 'node:assert/strict';
import {
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type Outcome, openPlace, type Place, PROGRAM, runProgram } from './cli-harness.ts';
import { type Manager, missingManager, startManager } from './service-manager.ts';

interface Setup {
  readonly success: boolean;
  readonly steps: readonly {
    readonly name: string;
    readonly result: string;
    readonly changes: readonly string[];
  }[];
}

const ZSHRC = Buffer.from('export A=\xff\nalias x=y', 'latin1');

let place: Place;
beforeEach(() => {
  place = openPlace();
  writeFileSync(join(place.dir, '.zshrc'), ZSHRC);
  mkdirSync(join(place.dir, '.config', 'fish'), { recursive: true });
});
afterEach(() => place.close());

function setup(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return place.styxy(['setup', ...args], { env: { XDG_RUNTIME_DIR: join(place.dir, 'nowhere'), ...env } });
}

async function resultsOf(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const { stdout } = await setup([...args, '--json'], env);
  return (JSON.parse(stdout) as Setup).steps.map(({ name, result }) => `${name} ${result}`);
}

const script = (...path: readonly string[]): string => join(place.dir, ...path);
const ZSH_SCRIPT = ['.local', 'share', 'styxy', 'completion.zsh'];
const FISH_SCRIPT = ['.config', 'fish', 'completions', 'styxy.fish'];

describe('the setup', () => {
  it('asks before it does anything, and says so where nobody can be asked', async () => {
    const { status, stderr } = await setup([]);
    assert.equal(status, 2);
    assert.match(stderr, /styxy setup --yes.*--dry-run/);
    assert.deepEqual(readFileSync(script('.zshrc')), ZSHRC);
  });

  it('shows what it would do, and does nothing', async () => {
    const { stdout, stderr, status } = await setup(['--dry-run']);
    assert.equal(status, 0);
    assert.match(
      stdout,
      /completions: not yet: for zsh, fish\n {2}write .*completion\.zsh\n {2}add three lines to .*\.zshrc/,
    );
    assert.match(stderr, /Nothing was changed/);
    assert.equal(existsSync(script(...ZSH_SCRIPT)), false);
  });

  it('does what this machine has a use for, once, and takes it back byte for byte', async () => {
    assert.deepEqual(await resultsOf(['--yes']), [
      'autostart unavailable',
      'hooks unavailable',
      'completions done',
    ]);
    assert.match(readFileSync(script('.zshrc'), 'latin1'), /^export A=\xff\nalias x=y\n# >>> styxy/);
    assert.ok(existsSync(script(...ZSH_SCRIPT)) && existsSync(script(...FISH_SCRIPT)));
    assert.deepEqual(await resultsOf(['--yes']), [
      'autostart unavailable',
      'hooks unavailable',
      'completions unchanged',
    ]);
    assert.deepEqual(await resultsOf(['--undo', '--yes']), [
      'completions undone',
      'hooks unchanged',
      'autostart unchanged',
    ]);
    assert.deepEqual(readFileSync(script('.zshrc')), ZSHRC);
    assert.deepEqual(globSync(join(place.dir, '**', '*styxy*'), { exclude: ['**/home'] }), []);
    assert.deepEqual(await resultsOf(['--undo', '--yes']), [
      'completions unchanged',
      'hooks unchanged',
      'autostart unchanged',
    ]);
  });

  it('puts the hooks into the settings of an agent that is here, and takes them out again', async () => {
    const settings = script('.claude', 'settings.json');
    const before = '{\n  // mine\n  "model": "opus"\n}\n';
    mkdirSync(script('.claude'));
    writeFileSync(settings, before);
    const results = async (...args: readonly string[]) =>
      (await resultsOf([...args, '--yes'])).find((each) => each.startsWith('hooks'));
    assert.equal(await results(), 'hooks done');
    assert.match(readFileSync(settings, 'utf8'), /\/\/ mine[\s\S]*# styxy hook claude/);
    assert.equal(await results(), 'hooks unchanged');
    assert.equal(await results('--undo'), 'hooks undone');
    assert.equal(readFileSync(settings, 'utf8'), before);
  });

  it('keeps a start file that is a link', async () => {
    writeFileSync(script('dotfiles-zshrc'), 'mine\n');
    const link = script('linked');
    mkdirSync(link);
    symlinkSync('../dotfiles-zshrc', join(link, '.zshrc'));
    await resultsOf(['--yes'], { ZDOTDIR: link });
    assert.equal(readlinkSync(join(link, '.zshrc')), '../dotfiles-zshrc');
    assert.match(readFileSync(script('dotfiles-zshrc'), 'utf8'), /^mine\n\n# >>> styxy/);
  });

  it('goes on after a step that fails, and says which', async () => {
    mkdirSync(join(script(...FISH_SCRIPT), '..'), { recursive: true });
    writeFileSync(script(...FISH_SCRIPT), '# mine\n');
    const { status, stdout } = await setup(['--yes', '--json']);
    const { success, steps } = JSON.parse(stdout) as Setup;
    assert.deepEqual([status, success, steps.at(-1)?.result], [1, false, 'failed']);
    assert.equal(readFileSync(script(...FISH_SCRIPT), 'utf8'), '# mine\n');
    assert.deepEqual(readFileSync(script('.zshrc')), ZSHRC);
  });
});

/** Answers questions on a terminal, one after the other, and prints what stood there. */
const TERMINAL = `
import os, pty, sys
answers = sys.argv[1].split(',')
pid, fd = pty.fork()
if pid == 0: os.execv(sys.argv[2], sys.argv[2:])
seen = ''
while True:
    try: data = os.read(fd, 4096)
    except OSError: break
    if not data: break
    seen += data.decode(errors='replace')
    while answers and '[Y/n] ' in seen:
        print(seen.replace('\\r', ''), end='')
        seen = ''
        os.write(fd, (answers.pop(0) + '\\n').encode())
print(seen.replace('\\r', ''), end='')
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

describe('the setup on a terminal', {
  skip: process.platform === 'win32' ? 'there is no pty' : false,
}, () => {
  const answering = (answers: string): Promise<Outcome> =>
    runProgram('python3', ['-c', TERMINAL, answers, process.execPath, PROGRAM, 'setup'], {
      cwd: place.dir,
      env: { ...place.env, XDG_RUNTIME_DIR: join(place.dir, 'nowhere'), NO_COLOR: '1' },
    });

  it('takes no for an answer', async () => {
    const { stdout, status } = await answering('what,n');
    assert.equal(status, 0);
    assert.match(
      stdout,
      /add three lines to .*\.zshrc\n.*styxy\.fish\nComplete commands.*\? \[Y\/n\] what\n/,
    );
    assert.match(stdout, /completions: left out/);
    assert.deepEqual(readFileSync(script('.zshrc')), ZSHRC);
  });

  it('takes nothing for a yes', async () => {
    const { stdout, status } = await answering('');
    assert.equal(status, 0);
    assert.match(stdout, /completions: done/);
    assert.equal(existsSync(script(...ZSH_SCRIPT)), true);
  });
});

describe('the setup with a service manager', { skip: missingManager() }, () => {
  it('installs the autostart too, and takes it back', async (t) => {
    const manager: Manager | null = await startManager(place.dir);
    if (manager === null) return t.skip('a service manager does not run here');
    try {
      assert.deepEqual(await resultsOf(['--yes'], manager.env), [
        'autostart done',
        'hooks unavailable',
        'completions done',
      ]);
      assert.deepEqual(await resultsOf(['--yes'], manager.env), [
        'autostart unchanged',
        'hooks unavailable',
        'completions unchanged',
      ]);
      assert.equal((await place.styxy(['autostart', 'status'], { env: manager.env })).status, 0);
      assert.deepEqual(await resultsOf(['--undo', '--yes'], manager.env), [
        'completions undone',
        'hooks unchanged',
        'autostart undone',
      ]);
      assert.deepEqual(globSync(join(place.dir, '.config', 'systemd', 'user', '**', '*styxy*')), []);
    } finally {
      await place.styxy(['autostart', 'uninstall'], { env: manager.env });
      await manager.stop();
    }
  });
});
