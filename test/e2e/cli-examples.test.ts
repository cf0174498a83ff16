// Owns the proof that the examples of the command line, which its help, its manual page and its reference show, are taken as they stand.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Command } from '../../src/cli/command.ts';
import { COMMANDS } from '../../src/cli/registry.ts';
import { PROGRAM } from './cli-harness.ts';

/** Examples that are not run here, by how they begin, each with the reason. */
const NOT_RUN: readonly (readonly [RegExp, string])[] = [
  [/^styxy (run|adopt|wait|compose|up|down)\b/, 'they need servers: the tests of these commands have some'],
  [/ --watch$| -f\b.*--json$|^styxy events|^styxy daemon (run|logs -f)/, 'they go on without end'],
  [/^styxy ui$/, 'it opens a browser'],
  [
    /^styxy autostart (install|uninstall)$|^styxy setup( --yes| --undo)?$/,
    'they ask, or change the machine: autostart.test.ts, setup.test.ts',
  ],
  [/fish|zsh|powershell/i, 'for another shell: env.test.ts, completion.test.ts'],
  [/^claude /, 'of another program'],
  [/^styxy demo$/, 'CI runs it first of all'],
];
/** Nothing here is refused for how it was typed (2), not found (126, 127), or ended by a bug (70) or a signal. */
const TAKEN = [0, 1];

function examplesOf({ examples, subcommands = [] }: Command): string[] {
  return [...examples.map(({ line }) => line), ...subcommands.flatMap(examplesOf)];
}

const lines = [...new Set(COMMANDS.flatMap(examplesOf))];
const reasonOf = (line: string): string | undefined => NOT_RUN.find(([pattern]) => pattern.test(line))?.[1];
const run = lines.filter((line) => reasonOf(line) === undefined);

describe('the examples of the command line', {
  skip: process.platform === 'win32' ? 'they are for a POSIX shell' : false,
}, () => {
  let place = '';
  let env: NodeJS.ProcessEnv = {};
  before(() => {
    place = realpathSync(mkdtempSync(join(tmpdir(), 'styxy-examples-')));
    for (const name of ['bin', 'shop', '.styxy']) mkdirSync(join(place, name), { mode: 0o700 });
    const quoted = [process.execPath, PROGRAM].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
    writeFileSync(join(place, 'bin', 'styxy'), `#!/bin/sh\nexec ${quoted.join(' ')} "$@"\n`, { mode: 0o755 });
    const shop = join(place, 'shop');
    execFileSync('git', ['init', '--quiet', shop]);
    writeFileSync(join(shop, 'config.json'), '{}\n');
    writeFileSync(join(shop, 'PORTS.md'), '- grpc: 20400-20449\n');
    writeFileSync(join(shop, 'event.json'), '{}\n');
    execFileSync('git', ['-C', shop, 'add', 'config.json']);
    env = {
      PATH: [join(place, 'bin'), dirname(process.execPath), process.env.PATH ?? ''].join(delimiter),
      HOME: place,
      STYXY_HOME: join(place, '.styxy'),
      STYXY_API_PORT: '0',
      EDITOR: 'true',
    };
  });
  after(() => {
    spawnSync('styxy', ['daemon', 'stop'], { env });
    rmSync(place, { recursive: true, force: true });
  });

  it('are run, most of them', () => assert.ok(run.length > 50, `${run.length} of ${lines.length}`));

  it('are taken as they stand, one after another', () => {
    const script = run.map((line, n) => `(\n${line}\n) >out 2>&1 </dev/null\necho "${n} $?"\ncat out >&2`);
    const { stdout, stderr } = spawnSync('bash', ['-c', script.join('\n')], {
      cwd: join(place, 'shop'),
      env,
      encoding: 'utf8',
    });
    const statuses = stdout.trim().split('\n');
    assert.equal(statuses.length, run.length, stderr);
    const refused = statuses
      .map((told) => told.split(' ').map(Number))
      .filter(([, status = -1]) => !TAKEN.includes(status))
      .map(([n = -1, status]) => `${run[n]}: ${status}`);
    assert.deepEqual(refused, [], stderr);
  });
});
