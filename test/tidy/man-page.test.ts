// Owns the truth of the manual page: everything of the command line is in it, and its readers have nothing to object.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import * as roff from '../../scripts/docs/roff.ts';
import type { Command } from '../../src/cli/command.ts';
import { COMMANDS } from '../../src/cli/registry.ts';
import { ROOT, read } from './tree.ts';

const PAGE = 'man/styxy.1';
const [MANDOC, MAN, GROFF] = ['/usr/bin/mandoc', '/usr/bin/man', '/usr/bin/groff'];
const missing = (path: string): string | false => (existsSync(path) ? false : `${path} is missing`);

/** What a reader sees of the source: without the fonts and the escapes. */
const shown = read(PAGE)
  .replace(/\\f[BIP]/g, '')
  .replaceAll('\\-', '-')
  .replaceAll('\\&', '')
  .replace(/\n(?![.\n])/g, ' ');

function all(commands: readonly Command[], parents: readonly string[] = []): [string, Command][] {
  return commands.flatMap((command): [string, Command][] => {
    const path = [...parents, command.name];
    return [[path.join(' '), command], ...all(command.subcommands ?? [], path)];
  });
}

describe('the manual page', () => {
  for (const [path, { options = {}, usage, exits = {} }] of all(COMMANDS)) {
    it(`tells of styxy ${path}`, () => {
      const [, after = ''] = shown.split(`\n.SS styxy ${path}\n`);
      const [text = ''] = after.split('\n.S');
      for (const line of usage) assert.ok(text.includes(`styxy ${line.replaceAll('…', '...')}`), line);
      for (const option of Object.keys(options)) assert.match(text, new RegExp(`\\n\\.TP.*--${option}\\b`));
      for (const status of Object.keys(exits)) assert.match(text, new RegExp(`\\n\\.TP ${status} `));
    });
  }

  it('is all that mandoc wants of one', { skip: missing(MANDOC) }, () => {
    const { stdout, stderr, status } = spawnSync(MANDOC, ['-Tlint', '-Wstyle', join(ROOT, PAGE)], {
      encoding: 'utf8',
    });
    assert.deepEqual([stdout, stderr, status], ['', '', 0]);
  });

  it('is shown by man without a warning', { skip: missing(MAN) || missing(GROFF) }, () => {
    const { stdout, stderr, status } = spawnSync(MAN, ['--warnings', '-l', join(ROOT, PAGE)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C.UTF-8', MANWIDTH: '100', MAN_KEEP_FORMATTING: '' },
    });
    assert.deepEqual([stderr, status], ['', 0]);
    assert.match(stdout, /^STYXY\(1\)/);
    assert.match(stdout, /styxy allocate -s TYPE/);
  });
});

describe('the words of roff', () => {
  it('hold nothing that roff would take for its own', () => {
    assert.equal(roff.plain('a \\ b-c `d` … – é'), 'a \\e b\\-c \\(gad\\(ga ... \\(en \\[u00E9]');
    assert.equal(roff.prose('.styxy is `~/.styxy`'), '\\&.styxy is \\fB~/.styxy\\fP');
    assert.equal(roff.prose(`${'x'.repeat(78)} 'y`), `${'x'.repeat(78)}\n\\&'y`);
    assert.equal(
      roff.usage('styxy run [-s TYPE] -- COMMAND …'),
      '\\fBstyxy\\fP \\fBrun\\fP [\\fB\\-s\\fP \\fITYPE\\fP] \\fB\\-\\-\\fP \\fICOMMAND\\fP ...',
    );
  });
});
