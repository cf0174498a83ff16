// Proves that reading a text takes no more than in step with its length, whoever wrote it: what grew with the square of
// it would not come to an end here.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseGuide } from '../../src/config/parse-guide.ts';
import { maskSecrets } from '../../src/daemon/mask-secrets.ts';
import { parseNetstat } from '../../src/os/linux/parse-netstat.ts';
import { parseProcNet } from '../../src/os/linux/parse-proc-net.ts';
import { parseSs } from '../../src/os/linux/parse-ss.ts';
import { parseStat } from '../../src/os/linux/parse-stat.ts';
import { parseCommandLine, programName } from '../../src/os/linux/process-details.ts';
import { parseByPid } from '../../src/os/macos/parse-details.ts';
import { parseMacNetstat } from '../../src/os/macos/parse-netstat.ts';
import { parseLsof } from '../../src/os/parse-lsof.ts';
import { parsePs } from '../../src/os/parse-ps.ts';
import { parseExcludedRanges } from '../../src/os/windows/parse-excluded.ts';
import { parseWindowsNetstat } from '../../src/os/windows/parse-netstat.ts';
import { TOOLS } from '../../src/tools/catalogue/all.ts';
import { readShellLine } from '../../src/tools/shell-words.ts';
import { workspacePackage } from '../../src/tools/workspaces.ts';
import { projectTree } from '../fixtures/project-tree.ts';

const LENGTH = 1_000_000;

/** What is written once, and what is repeated for as long as the text goes on. */
const TEXTS: readonly [once: string, again: string, end?: string][] = [
  ['', ' ', 'x'],
  ['', '\t', 'x'],
  ['', '\n', 'x'],
  ['', ' \n', 'x'],
  ['', '\0', 'x'],
  ['', '1'],
  ['', '1 '],
  ['', '('],
  ['', '{,'],
  ['', '${'],
  ['', '"\\'],
  ['', '['],
  ['', ':'],
  ['', '_', 'x'],
  ['x', '_', 'x'],
  ['1 1', ' ', 'x'],
  ['1 1 S ', ' ', 'x'],
  ['1 1 S x', ' ', 'x'],
  ['require', ' ', 'x'],
  ['require', '\t', '(x'],
  ['TCP ', ' ', 'x'],
  ['TCP    127.0.0.1:1    0.0.0.0:0', ' ', 'x'],
  ['tcp ', ' 1', 'x'],
  ['tcp LISTEN 0 0 ', 'a:1', 'x'],
  ['tcp LISTEN 0 0 *:1 *:* users:(', '("', 'x'],
  ['tcp LISTEN 0 0 *:1 *:* timer:', 'timer:', 'x'],
  ['Proto Local Address (state) pid\ntcp4 ', ' 0', 'x'],
  ['a ', '--token=', 'x'],
  ['a ', 'bearer ', ''],
  ['a ', 'https://', 'x'],
  ['packages:\n', ' -', 'x'],
  ['packages:\n', '- "', 'x'],
  ['| ', '| ', 'x'],
  ['- ', '\t-', 'x'],
];

const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  'a shell line': (text) => readShellLine(text.slice(0, 10_000)),
  'the masking of secrets': maskSecrets,
  'the output of ss': (text) => [...parseSs(text)],
  'the output of netstat': (text) => [...parseNetstat(text)],
  'the output of netstat on macOS': parseMacNetstat,
  'the output of netstat on Windows': parseWindowsNetstat,
  'excluded ranges': parseExcludedRanges,
  '/proc/net': (text) => parseProcNet(text, 'tcp'),
  '/proc/PID/stat': parseStat,
  'the output of ps': parsePs,
  'the output of ps by pid': parseByPid,
  'the output of lsof': parseLsof,
  'a command line': (text) => parseCommandLine(Buffer.from(text)),
  'the name of a program': (text) => programName('x', Buffer.from(text), text),
  'a port guide': (text) => parseGuide(text.slice(0, 200_000)),
  'the texts by which tools are known': (text) => TOOLS.map(({ reads }) => reads?.test(text)),
  'a list of workspaces in YAML': (text) =>
    workspacePackage('/w', 'nobody', projectTree({ '/w/package.json': {}, '/w/pnpm-workspace.yaml': text })),
  'a workspace': (text) =>
    workspacePackage('/w', 'nobody', projectTree({ '/w/package.json': { workspaces: [text] } })),
};

describe('a long text comes to its end as', () => {
  for (const [what, read] of Object.entries(READERS)) {
    it(what, () => {
      for (const [once, again, end = ''] of TEXTS) {
        const text = once + again.repeat(Math.floor(LENGTH / again.length)) + end;
        try {
          read(text);
        } catch (error) {
          // It may be refused, as long as that is soon.
          assert.ok(error instanceof Error);
        }
      }
    });
  }

  it('a thousand patterns of workspaces over a wide tree', () => {
    const packages = Array.from({ length: 200 }, (_, n) => [
      `/w/${'a'.repeat(200)}${n}/package.json`,
      { name: 'x' },
    ]);
    const workspaces = Array.from({ length: 1000 }, (_, n) => `${'*a'.repeat(100)}${n}/**/*`);
    const files = projectTree({ '/w/package.json': { workspaces }, ...Object.fromEntries(packages) });
    assert.equal(workspacePackage('/w', 'nobody', files), null);
  });
});
