import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { type EnvShell, envShell, shellLines, usualShell } from './shell-lines.ts';

const HOSTILE = 'a\'b\\c $(id) `id` "x" %PATH% ;|& é';

/** The shells that may be here, and how each prints a variable. */
const PROGRAMS: readonly (readonly [program: string, shell: EnvShell, print: string])[] = [
  ['sh', 'sh', 'printf %s "$STYXY_TEST"'],
  ['bash', 'sh', 'printf %s "$STYXY_TEST"'],
  ['zsh', 'sh', 'printf %s "$STYXY_TEST"'],
  ['fish', 'fish', 'printf %s "$STYXY_TEST"'],
  ['tcsh', 'csh', 'printf %s "$STYXY_TEST"'],
  ['pwsh', 'powershell', '[Console]::Out.Write($env:STYXY_TEST)'],
  ['nu', 'nu', 'print -n $env.STYXY_TEST'],
];

describe('the spelling of variables', () => {
  for (const [shell, line] of [
    ['sh', "export STYXY_URL_WEB='http://localhost:3000'"],
    ['fish', "set -gx STYXY_URL_WEB 'http://localhost:3000'"],
    ['powershell', "$env:STYXY_URL_WEB = 'http://localhost:3000'"],
    ['cmd', 'set "STYXY_URL_WEB=http://localhost:3000"'],
    ['csh', "setenv STYXY_URL_WEB 'http://localhost:3000'"],
    ['nu', '$env.STYXY_URL_WEB = "http://localhost:3000"'],
  ] as const) {
    it(`is that of ${shell}`, () => {
      assert.deepEqual(shellLines(shell, { STYXY_URL_WEB: 'http://localhost:3000' }), [line]);
    });
  }

  for (const [program, shell, print] of PROGRAMS) {
    it(`is data for ${program}`, (context) => {
      const [line] = shellLines(shell, { STYXY_TEST: HOSTILE });
      const { error, stdout } = spawnSync(program, ['-c', `${line}\n${print}`], { encoding: 'utf8' });
      if (error !== undefined) return context.skip(`${program} is not here`);
      assert.equal(stdout, HOSTILE);
    });
  }
});

describe('the shell that is meant', () => {
  it('is the one that is named, by any of its names', () => {
    const names = ['sh', 'bash', 'zsh', 'pwsh', 'nushell', 'tcsh', 'perl'];
    assert.deepEqual(names.map(envShell), ['sh', 'sh', 'sh', 'powershell', 'nu', 'csh', null]);
  });

  it('is the login shell, unless another is named', () => {
    assert.equal(usualShell({ SHELL: '/usr/bin/fish' }, 'linux'), 'fish');
    assert.equal(usualShell({ SHELL: '/bin/zsh' }, 'darwin'), 'sh');
    assert.equal(usualShell({ SHELL: '/opt/odd' }, 'linux'), 'sh');
    assert.equal(usualShell({}, 'linux'), 'sh');
    assert.equal(usualShell({}, 'win32'), 'powershell');
  });
});
