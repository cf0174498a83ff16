// Proves the completions in the shells themselves: what they offer for a line, with a daemon that has leases.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openPlace, type Place, PROGRAM, runProgram } from './cli-harness.ts';

const [BASH, ZSH, FISH] = ['/bin/bash', '/usr/bin/zsh', '/usr/bin/fish'];
const missing = (path: string): string | false => (existsSync(path) ? false : `${path} is missing`);

let place: Place;
let lockId = '';
before(async () => {
  place = openPlace();
  mkdirSync(join(place.dir, 'bin'));
  const quoted = [process.execPath, PROGRAM].map((word) => `'${word}'`).join(' ');
  writeFileSync(join(place.dir, 'bin', 'styxy'), `#!/bin/sh\nexec ${quoted} "$@"\n`, { mode: 0o755 });
  // A directory whose name a shell would run, if it were not quoted.
  const project = place.directory('a $(touch ran) b');
  const granted = await place.styxy(['allocate', '-s', 'dev', '-n', 'web', '--project', project, '--json']);
  lockId = (JSON.parse(granted.stdout) as { lock_id: string }).lock_id;
  for (const shell of ['bash', 'zsh', 'fish'])
    writeFileSync(join(place.dir, `completion.${shell}`), (await place.styxy(['completion', shell])).stdout);
  writeFileSync(join(place.dir, 'guide.md'), '');
});
after(() => place.close());

function shell(file: string, args: readonly string[]): Promise<string> {
  const env = { ...place.env, PATH: [join(place.dir, 'bin'), place.env.PATH].join(delimiter), TERM: 'dumb' };
  return runProgram(file, args, { cwd: place.dir, env }).then(({ stdout, stderr }) => {
    assert.equal(stderr, '');
    return stdout;
  });
}

describe('what a shell asks', () => {
  it('is answered with values and descriptions, one in a line', async () => {
    const { stdout } = await place.styxy(['--complete', '--', 'release', '']);
    assert.match(stdout, new RegExp(`^${lockId}\\t\\d+ web in .*\\$\\(touch ran\\) b$`, 'm'));
    const { stdout: types } = await place.styxy(['--complete', '--', 'allocate', '-s', 'd']);
    assert.deepEqual(
      types
        .trim()
        .split('\n')
        .map((line) => line.split('\t')[0]),
      ['dev', 'docs', 'database'],
    );
  });

  it('is answered without a daemon, and starts none', async () => {
    const home = join(place.dir, 'other-home');
    const { stdout, stderr, status } = await place.styxy(['--complete', '--', 'allocate', '-s', 'st'], {
      env: { STYXY_HOME: home },
    });
    assert.deepEqual([status, stderr, stdout.startsWith('storybook\t')], [0, '', true]);
    assert.deepEqual(await place.styxy(['--complete', '--', 'release', ''], { env: { STYXY_HOME: home } }), {
      status: 0,
      stdout: '',
      stderr: '',
    });
    assert.equal(existsSync(home), false);
  });

  it('is no error, whatever the line is', async () => {
    for (const words of [[], ['--'], ['--', 'nonsense', '-x', ''], ['--', 'allocate', '--port', '"']])
      assert.equal((await place.styxy(['--complete', ...words])).status, 0);
  });
});

describe('bash', { skip: missing(BASH) }, () => {
  /** Readline gives the words apart, at `=` and `:` too. */
  const completed = async (...words: readonly string[]): Promise<string[]> => {
    const script = `
      source completion.bash
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=\${#COMP_LINE}
      _styxy 2>/dev/null; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const printed = await shell(BASH, ['--norc', '-c', script, 'bash', 'styxy', ...words]);
    return [...new Set(printed.split('\n').filter(Boolean))];
  };

  it('completes commands, options and live values', async () => {
    assert.deepEqual(await completed('al'), ['allocate']);
    assert.deepEqual(await completed('allocate', '--exa'), ['--exact']);
    assert.deepEqual(await completed('allocate', '-s', 'do'), ['docs']);
    assert.deepEqual(await completed('release', lockId.slice(0, 4)), [lockId]);
    assert.deepEqual(await completed('explain', 'STALE'), ['STALE_FENCE']);
    assert.match((await completed('check', '3')).join('\n'), /^3\d{3}$/);
  });

  it('puts together what readline takes apart', async () => {
    assert.deepEqual(await completed('allocate', '--service', '=', 'do'), ['docs']);
    assert.ok((await completed('allocate', '--service', '=')).includes('docs'));
  });

  it('completes files, directories and programs as it does elsewhere', async () => {
    assert.deepEqual(await completed('config', 'import', 'gui'), ['guide.md']);
    assert.ok((await completed('run', '--', 'ech')).includes('echo'));
    const [project = ''] = await completed('list', '--project', join(place.dir, 'a '));
    assert.match(project, /\$\(touch ran\)/);
    assert.equal(existsSync(join(place.dir, 'ran')), false);
  });
});

describe('fish', { skip: missing(FISH) }, () => {
  const completed = async (line: string): Promise<string[]> => {
    const printed = await shell(FISH, ['--no-config', '-c', `source completion.fish; complete -C '${line}'`]);
    return printed.split('\n').filter(Boolean);
  };

  it('completes commands and live values, with what they are', async () => {
    assert.deepEqual(await completed('styxy al'), ['allocate\tAllocate a port']);
    assert.match((await completed('styxy allocate --service=do')).join('\n'), /^--service=docs\t/);
    assert.match((await completed('styxy check ')).join('\n'), /^3\d{3}\t3\d{3} web in /m);
    const leases = (await completed('styxy release ')).map((line) => line.split('\t')[0]);
    assert.deepEqual(leases, [lockId]);
    assert.match((await completed('styxy list --project ')).join('\n'), /touch ran/);
    assert.deepEqual(await completed('styxy config import gui'), ['guide.md']);
  });
});

describe('zsh', { skip: missing(ZSH) }, () => {
  it('completes commands and live values, with what they are', async () => {
    // In a terminal of its own, as its completion needs one; two tabs, so that all are shown.
    const script = `
      zmodload zsh/zpty
      shown() {
        zpty z zsh -f -i
        zpty -w z "PROMPT='%% '; autoload -Uz compinit; compinit -u -d $PWD/zcompdump; source $PWD/completion.zsh; print REA''DY"
        zpty -r -m z REPLY '*READY*'
        zpty -w -n z "$1"$'\\t\\t'
        zpty -r -m z REPLY "$2"
        print -r -- "$REPLY"
        zpty -d z
      }
      shown 'styxy allocate -s d' '*database *docs *'
      shown 'styxy al' '*styxy allocate *'
      shown "styxy release ${lockId.slice(0, 4)}" '*${lockId} *'
      shown 'styxy config import gui' '*guide.md *'`;
    const printed = await shell(ZSH, ['-f', '-c', script]);
    assert.match(printed, /database +-- PostgreSQL/);
    assert.match(printed, /styxy allocate /);
    assert.match(printed, new RegExp(`styxy release ${lockId} `));
    assert.match(printed, /guide\.md/);
  });
});
