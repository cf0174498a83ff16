// Proves `styxy config import`: the difference is shown, and written on request so that a running daemon has it at once.

import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { openPlace, type Place } from './cli-harness.ts';

const GUIDE = `# Ports

Ask before you take 30000-30100.

| Service type | Range | Preferred ports | Description |
|---|---|---|---|
| grpc | 20300-20349 | 20300 | Calls |
| dev | 3000-3099 | | |

## Queue (20350–20359)
Description: Message queue
`;

interface Imported {
  readonly added: readonly { readonly service_type: string; readonly line: number }[];
  readonly unchanged: readonly { readonly service_type: string }[];
  readonly not_understood: readonly { readonly line: number }[];
  readonly errors: readonly { readonly line: number; readonly message: string }[];
  readonly applied: boolean;
  readonly backup: string | null;
}

let place: Place;
const config = (): string => join(place.home, 'config.json');
beforeEach(() => {
  place = openPlace();
  writeFileSync(join(place.dir, 'PORTS.md'), GUIDE);
});
afterEach(() => place.close());

const imported = async (...args: string[]): Promise<Imported> =>
  JSON.parse((await place.styxy(['config', 'import', 'PORTS.md', '--json', ...args])).stdout) as Imported;

describe('config import', () => {
  it('shows the difference and writes nothing unless it is asked to', async () => {
    const { status, stdout, stderr } = await place.styxy(['config', 'import', 'PORTS.md']);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^ *7 +added +grpc +20300-20349 +Calls$/m);
    assert.match(stdout, /^ *8 +unchanged +dev +3000-3099$/m);
    assert.match(stdout, /^ *10 +added +queue +20350-20359 +Message queue$/m);
    assert.match(stdout, /config import .*PORTS\.md --apply/);
    assert.match(stderr, /PORTS\.md:3: not understood: a range in a sentence/);
    assert.equal(existsSync(place.home), false);
    const json = await imported();
    assert.deepEqual([json.applied, json.not_understood.map(({ line }) => line)], [false, [3]]);
    assert.equal(existsSync(place.home), false);
  });

  it('writes a new file, which names its schema', async () => {
    assert.equal((await imported('--apply')).applied, true);
    const text = readFileSync(config(), 'utf8');
    assert.match(text, /^\{\n {2}"\$schema": "https:.*config\.schema\.json",\n/);
    assert.equal((await place.styxy(['config', 'validate'])).status, 0);
    assert.equal(lstatSync(place.home).mode & 0o777, 0o700);
    assert.equal(lstatSync(config()).mode & 0o777, 0o600);
  });

  it('keeps comments and links, backs the former file up, and a daemon has it at once', async () => {
    const before = '{\n  // ours\n  "auto_allocation": { "enabled": false }, // short\n}\n';
    mkdirSync(place.home, { mode: 0o700 });
    const target = join(place.directory('dotfiles'), 'styxy.json');
    writeFileSync(target, before);
    symlinkSync(target, config());
    const unknown = await place.styxy(['allocate', '-s', 'queue', '-q']);
    assert.equal(unknown.status, 1);
    const { status, stdout, stderr } = await place.styxy(['config', 'import', 'PORTS.md', '--apply']);
    assert.deepEqual([status, /warning/i.test(stderr)], [0, false], stderr);
    assert.match(stdout, /is written\. The former file is .*backups/);
    assert.equal(lstatSync(config()).isSymbolicLink(), true);
    const text = readFileSync(target, 'utf8');
    assert.ok(
      text.startsWith(
        '{\n  // ours\n  "auto_allocation": { "enabled": false }, // short\n  "service_types": {',
      ),
      text,
    );
    const [backup = ''] = readdirSync(join(place.home, 'backups'));
    assert.equal(readFileSync(join(place.home, 'backups', backup), 'utf8'), before);
    const port = await place.styxy(['allocate', '-s', 'queue', '-q']);
    assert.match(port.stdout, /^2035\d\n$/, port.stderr);
    const again = await place.styxy(['config', 'import', 'PORTS.md', '--apply']);
    assert.match(again.stdout, /says all this already/);
    assert.equal(readdirSync(join(place.home, 'backups')).length, 1);
  });

  it('writes nothing while there are mistakes, and names each with its line', async () => {
    writeFileSync(join(place.dir, 'PORTS.md'), '- web: 3050-3060\n- low: 80-90\n- grpc: 20300-20349\n');
    const { status, stderr } = await place.styxy(['config', 'import', 'PORTS.md', '--apply']);
    assert.equal(status, 1);
    assert.match(stderr, /PORTS\.md:1:1: service_types\.web\.range: .*overlaps 3000–3099 of "dev"/);
    assert.match(stderr, /PORTS\.md:2:1: 80–90 of "low"/);
    assert.equal(existsSync(config()), false);
    assert.deepEqual(
      (await imported('--apply')).errors.map(({ line }) => line),
      [2, 1],
    );
  });

  it('says why it cannot', async () => {
    const cases: [prepare: () => void, file: string, code: RegExp, detail: RegExp][] = [
      [() => {}, 'NONE.md', /NOT_FOUND/, /does not exist/],
      [
        () => writeFileSync(join(place.dir, 'EMPTY.md'), 'Nothing.'),
        'EMPTY.md',
        /NOT_FOUND/,
        /no service types/,
      ],
      [
        () => writeFileSync(config(), '{"terms": 3}'),
        'PORTS.md',
        /CONFIG_NOT_WRITABLE/,
        /config\.json:1:11: terms/,
      ],
      [
        () => {
          writeFileSync(config(), '{}');
          chmodSync(config(), 0o444);
        },
        'PORTS.md',
        /CONFIG_NOT_WRITABLE/,
        /read-only/,
      ],
    ];
    mkdirSync(place.home, { mode: 0o700 });
    for (const [prepare, file, code, detail] of cases) {
      prepare();
      const { status, stdout } = await place.styxy(['config', 'import', file, '--apply', '--json']);
      assert.equal(status, 1, stdout);
      const problem = JSON.parse(stdout) as { code: string; detail: string };
      assert.match(problem.code, code);
      assert.match(problem.detail, detail);
    }
  });
});
