import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openPlace } from './cli-harness.ts';

const place = openPlace();
after(() => place.close());
const folder = join(place.dir, '.claude');
const settings = join(folder, 'settings.json');
const front = join(place.home, 'hooks', 'claude');
const SETTINGS = `\ufeff{
  // mine
  "model": "opus",
  "hooks": { "Stop": [{ "hooks": [{ "type": "command", "command": "say done" }] }] },
}
`;

describe('the installation of hooks', () => {
  it('is shown first, keeps all else byte for byte, and is undone', async () => {
    mkdirSync(folder);
    const real = join(place.dir, 'dotfiles.json');
    writeFileSync(real, SETTINGS, { mode: 0o640 });
    chmodSync(real, 0o640);
    symlinkSync(real, settings);
    const shown = await place.styxy(['hooks', 'install', '--dry-run']);
    assert.match(shown.stdout, /^\+ .*PreToolUse/m);
    assert.equal(readFileSync(real, 'utf8'), SETTINGS);
    assert.equal(existsSync(front), false);

    assert.equal((await place.styxy(['hooks', 'install'])).status, 0);
    const installed = readFileSync(real, 'utf8');
    assert.match(installed, /^\ufeff\{\n {2}\/\/ mine\n {2}"model": "opus",\n/);
    assert.match(installed, /say done/);
    assert.equal(statSync(real).mode & 0o777, 0o640);
    assert.equal(readFileSync(settings, 'utf8'), installed, 'the link is a link');
    const again = JSON.parse((await place.styxy(['hooks', 'install', '--json'])).stdout);
    assert.deepEqual([again.changed, readFileSync(real, 'utf8')], [false, installed]);

    assert.equal((await place.styxy(['hooks', 'uninstall'])).status, 0);
    assert.equal(readFileSync(real, 'utf8'), SETTINGS);
    assert.equal(existsSync(front), false);
    assert.match((await place.styxy(['hooks', 'uninstall'])).stdout, /No hooks are installed/);
  });

  it('is said to be in place, current, and to run', async () => {
    const state = async (): Promise<Record<string, unknown>> =>
      JSON.parse((await place.styxy(['hooks', 'status', '--json'])).stdout);
    assert.equal((await state()).state, 'missing');
    await place.styxy(['daemon', 'start']);
    await place.styxy(['hooks', 'install']);
    const { state: found, runs, healthy } = await state();
    assert.deepEqual([found, runs, healthy], ['current', true, true]);
    writeFileSync(front, '#!/bin/sh\nexit 0\n');
    const broken = await state();
    assert.deepEqual([broken.state, broken.runs], ['outdated', false]);
    assert.equal((await place.styxy(['hooks', 'status'])).status, 1);
    await place.styxy(['hooks', 'install']);
    assert.equal((await state()).healthy, true);
  });

  it('is undone as a whole where the settings were changed and it was installed again', async () => {
    const app = place.directory('again');
    const own = join(app, '.claude', 'settings.local.json');
    mkdirSync(join(app, '.claude'));
    writeFileSync(own, '{\n  "model": "opus"\n}\n');
    const hooks = (...words: string[]) =>
      place.styxy(['hooks', ...words, '--project', '--agent', 'claude'], { cwd: app });
    await hooks('install');
    const changed = readFileSync(own, 'utf8')
      .replace('opus', 'haiku')
      .replace(/"timeout": \d+/, '"timeout": 77');
    writeFileSync(own, changed);
    assert.equal((await hooks('install')).status, 0);
    assert.match(readFileSync(own, 'utf8'), /styxy hook claude/);
    assert.equal((await hooks('uninstall')).status, 0);
    assert.doesNotMatch(readFileSync(own, 'utf8'), /styxy/);
    assert.equal(JSON.parse(readFileSync(own, 'utf8')).model, 'haiku');
  });

  it('runs nothing that a checkout brought along and that looks like a hook of Styxy', async () => {
    const app = place.directory('brought');
    const ran = join(app, 'ran');
    const command = `touch '${ran}'; echo Styxy # styxy hook claude`;
    const handler = { matcher: 'Bash', hooks: [{ type: 'command', command }] };
    mkdirSync(join(app, '.claude'));
    writeFileSync(
      join(app, '.claude', 'settings.local.json'),
      JSON.stringify({ hooks: { PostToolUseFailure: [handler] } }),
    );
    const status = await place.styxy(['hooks', 'status', '--project', '--agent', 'claude', '--json'], {
      cwd: app,
    });
    const { state, runs, failure } = JSON.parse(status.stdout);
    assert.deepEqual([state, runs, status.status, existsSync(ran)], ['outdated', false, 1, false]);
    assert.match(failure, /not run/);
  });

  it('is made in one project as well, and leaves a file that it does not understand', async () => {
    const app = place.directory('app');
    const own = join(app, '.claude', 'settings.local.json');
    assert.equal((await place.styxy(['hooks', 'install', '--project'], { cwd: app })).status, 0);
    assert.ok(existsSync(own));
    await place.styxy(['hooks', 'uninstall', '--project'], { cwd: app });
    assert.equal(existsSync(own), false);
    writeFileSync(own, '{"hooks": 7');
    const refused = await place.styxy(['hooks', 'install', '--project'], { cwd: app });
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /Nothing was changed/);
    assert.equal(readFileSync(own, 'utf8'), '{"hooks": 7');
    assert.equal((await place.styxy(['hooks', 'install', '--agent', 'nobody'])).status, 2);
  });
});

/** What somebody has in the files of the others, and what hooks of ours must leave of it. */
const FILES: Readonly<Record<string, readonly [path: string, text: string]>> = {
  codex: [
    '.codex/hooks.json',
    '{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "say done"}]}]}}\n',
  ],
  gemini: ['.gemini/settings.json', '{\n  // mine\n  "theme": "GitHub",\n  "mcpServers": {}\n}\n'],
  cursor: [
    '.cursor/hooks.json',
    '{\n\t"version": 1,\n\t"hooks": {\n\t\t"preToolUse": [\n\t\t\t{ "command": "./mine.sh" }\n\t\t]\n\t}\n}\n',
  ],
};

describe('the installation of hooks for all agents', () => {
  const machine = openPlace();
  after(() => machine.close());
  const path = (name: string): string => join(machine.dir, name);
  const json = async (...args: string[]) => {
    const { status, stdout, stderr } = await machine.styxy([...args, '--json']);
    return { status, stderr, said: JSON.parse(stdout) };
  };

  it('finds those that are here, and brings back what was there', async () => {
    for (const [file, text] of Object.values(FILES)) {
      machine.directory(join(file, '..'));
      writeFileSync(path(file), text);
    }
    machine.directory('.copilot');
    machine.directory('.config/opencode');
    const bin = machine.directory('bin');
    writeFileSync(join(bin, 'claude'), '', { mode: 0o755 });
    const env = { PATH: `${bin}:${machine.env.PATH}` };
    const { status, stdout } = await machine.styxy(['hooks', 'install', '--json'], { env });
    const names = (JSON.parse(stdout).agents as readonly { agent: string }[]).map(({ agent }) => agent);
    assert.deepEqual([status, names], [0, ['claude', 'codex', 'gemini', 'cursor', 'copilot', 'opencode']]);
    for (const [file] of Object.values(FILES))
      assert.match(readFileSync(path(file), 'utf8'), /# styxy hook /);
    assert.match(readFileSync(path('.cursor/hooks.json'), 'utf8'), /mine\.sh/);
    assert.equal(JSON.parse(readFileSync(path('.copilot/hooks/styxy.json'), 'utf8')).version, 1);
    assert.deepEqual((await json('hooks', 'install')).said.written, []);

    await machine.styxy(['daemon', 'start']);
    const { said, status: health } = await json('hooks', 'status');
    assert.deepEqual([health, said.healthy], [0, true]);
    for (const { agent, state, runs } of said.agents)
      assert.deepEqual([state, runs], ['current', true], agent);

    assert.equal((await json('hooks', 'uninstall')).said.changed, true);
    for (const [file, text] of Object.values(FILES)) assert.equal(readFileSync(path(file), 'utf8'), text);
    for (const file of [
      '.copilot/hooks/styxy.json',
      '.config/opencode/plugins/styxy.js',
      '.claude/settings.json',
    ])
      assert.equal(existsSync(path(file)), false, file);
    assert.equal(existsSync(join(machine.home, 'hooks')), false);
  });

  it('leaves a plug-in of somebody else in its place, and writes nothing anywhere then', async () => {
    const plugin = path('.config/opencode/plugins/styxy.js');
    machine.directory('.config/opencode/plugins');
    writeFileSync(plugin, 'export const Mine = async () => ({});\n');
    const refused = await machine.styxy(['hooks', 'install']);
    assert.equal(refused.status, 1);
    assert.match(
      refused.stderr,
      /styxy\.js is no plug-in of Styxy; another file is there\n.*Nothing was changed/,
    );
    assert.equal(readFileSync(path('.codex/hooks.json'), 'utf8'), FILES.codex?.[1]);
    assert.equal((await machine.styxy(['hooks', 'install', '--agent', 'codex'])).status, 0);
    await machine.styxy(['hooks', 'uninstall']);
    assert.match(readFileSync(plugin, 'utf8'), /Mine/);
  });
});
