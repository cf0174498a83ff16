import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { factsFor } from '../../test/fixtures/autostart-facts.ts';
import { type InstallerOptions, install, planRemoval, uninstall } from './installer.ts';
import { autostartPlan } from './plan.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'styxy-installer-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

interface Rig {
  readonly options: InstallerOptions;
  /** What was done, in order: the supervisor's commands, and the stops and starts of the daemon. */
  readonly done: string[];
}

function rig({
  hasProgram = true,
  failing = '',
  runsBeside = false,
  platform = 'linux' as NodeJS.Platform,
} = {}): Rig {
  const facts = factsFor({ root, platform });
  const done: string[] = [];
  return {
    done,
    options: {
      facts,
      plan: autostartPlan(facts),
      program: hasProgram
        ? {
            file: '/usr/bin/systemctl',
            run: async (args) => {
              done.push(args.join(' '));
              const hasFailed = args[0] === failing;
              return { status: hasFailed ? 1 : 0, stdout: '', stderr: hasFailed ? 'no such bus\n' : '' };
            },
          }
        : null,
      stopDaemon: async () => done.push('STOP'),
      runsBeside: () => runsBeside,
      startDaemon: async () => {
        done.push('START');
        return true;
      },
    },
  };
}

const folder = (): string => join(root, '.config', 'systemd', 'user');
const unit = (name: string): string => join(folder(), name);

describe('the installation', () => {
  it('writes files for their owner alone, tells the supervisor, and hands the daemon over', async () => {
    const { options, done } = rig();
    const { isReady, hasChanged } = await install(options);
    assert.deepEqual([isReady, hasChanged], [true, true]);
    assert.deepEqual(readdirSync(folder()).sort(), [
      'styxy-check.service',
      'styxy-check.timer',
      'styxy.service',
      'styxy.socket',
    ]);
    for (const name of readdirSync(folder())) assert.equal(statSync(unit(name)).mode & 0o777, 0o600);
    assert.deepEqual(done, [
      'STOP',
      'daemon-reload',
      'enable styxy.socket styxy-check.timer styxy.service',
      'START',
    ]);
  });

  it('changes nothing the second time, and stops no daemon', async () => {
    await install(rig().options);
    const before = lstatSync(unit('styxy.service')).mtimeMs;
    const { options, done } = rig();
    const { hasChanged, steps } = await install(options);
    assert.equal(hasChanged, false);
    assert.ok(steps.every(({ action }) => action === 'keep'));
    assert.equal(lstatSync(unit('styxy.service')).mtimeMs, before);
    assert.deepEqual(done, ['enable styxy.socket styxy-check.timer styxy.service', 'START']);
  });

  it('takes the place of a daemon that runs beside it', async () => {
    await install(rig().options);
    const { options, done } = rig({ runsBeside: true });
    await install(options);
    assert.equal(done[0], 'STOP');
  });

  it('brings files up to date that it wrote itself', async () => {
    const { options } = rig();
    const old = { ...options.facts, environment: { STYXY_HOME: '/elsewhere' } };
    await install({ ...options, plan: autostartPlan(old) });
    const { steps } = await install(rig().options);
    assert.deepEqual(
      steps.map(({ action }) => action),
      ['replace', 'keep', 'replace', 'keep'],
    );
    assert.doesNotMatch(readFileSync(unit('styxy.service'), 'utf8'), /elsewhere/);
  });

  for (const [what, text, state] of [
    ['somebody else’s', '[Unit]\nDescription=mine\n', 'foreign'],
    ['changed by hand', null, 'edited'],
  ] as const) {
    it(`refuses to overwrite a file that is ${what}, and writes no other either`, async () => {
      await install(rig().options);
      const path = unit('styxy.socket');
      const mine = text ?? `${readFileSync(path, 'utf8')}# mine\n`;
      writeFileSync(path, mine);
      rmSync(unit('styxy.service'));
      const { options, done } = rig();
      await assert.rejects(install(options), { code: 'FILE_NOT_OURS', fields: { path, state } });
      assert.deepEqual(done, []);
      assert.equal(readFileSync(path, 'utf8'), mine);
      assert.equal(existsSync(unit('styxy.service')), false);
    });
  }

  it('overwrites no link, wherever it leads', async () => {
    mkdirSync(folder(), { recursive: true });
    writeFileSync(join(root, 'mine'), 'mine');
    symlinkSync(join(root, 'mine'), unit('styxy.service'));
    symlinkSync('/nowhere', unit('styxy.socket'));
    await assert.rejects(install(rig().options), { code: 'FILE_NOT_OURS' });
    assert.equal(readFileSync(join(root, 'mine'), 'utf8'), 'mine');
  });

  it('writes nothing where no supervisor is there, and says what to do', async () => {
    await assert.rejects(install(rig({ hasProgram: false }).options), {
      code: 'AUTOSTART_UNAVAILABLE',
      hint: /enable-linger.*WSL.*container/,
    });
    assert.equal(existsSync(folder()), false);
  });

  it('says what the supervisor said that refused', async () => {
    await assert.rejects(install(rig({ failing: 'enable' }).options), {
      code: 'AUTOSTART_UNAVAILABLE',
      message: /enable styxy\.socket.*no such bus/,
    });
  });

  it('writes the task of Windows in UTF-16 with its mark', async () => {
    const { options, done } = rig({ platform: 'win32' });
    await install(options);
    const bytes = readFileSync(options.facts.place.daemonFile);
    assert.deepEqual([bytes[0], bytes[1]], [0xff, 0xfe]);
    assert.match(bytes.toString('utf16le'), /^\ufeff<\?xml version="1\.0" encoding="UTF-16"\?>/);
    assert.match(done.join('\n'), /^\/Create \/TN Styxy-[0-9a-f]{8} \/XML .* \/F$/m);
    assert.equal((await install(options)).hasChanged, false);
  });
});

describe('the removal', () => {
  it('stops, takes back and removes everything', async () => {
    await install(rig().options);
    mkdirSync(join(folder(), 'default.target.wants'));
    symlinkSync(unit('styxy.service'), join(folder(), 'default.target.wants', 'styxy.service'));
    const { options, done } = rig();
    await uninstall(options, NOW);
    assert.deepEqual(readdirSync(folder()), ['default.target.wants']);
    assert.deepEqual(readdirSync(join(folder(), 'default.target.wants')), []);
    assert.deepEqual(done, [
      'STOP',
      'disable styxy.socket styxy-check.timer styxy.service',
      'reset-failed styxy.socket styxy-check.timer styxy.service styxy-check.service',
      'daemon-reload',
    ]);
  });

  it('works without a supervisor', async () => {
    await install(rig().options);
    await uninstall(rig({ hasProgram: false }).options, NOW);
    assert.deepEqual(readdirSync(folder()), []);
  });

  it('leaves what is not ours, and keeps what was changed by hand', async () => {
    await install(rig().options);
    writeFileSync(unit('styxy.socket'), 'mine');
    const edited = `${readFileSync(unit('styxy.service'), 'utf8')}# mine\n`;
    writeFileSync(unit('styxy.service'), edited);
    const { setAside } = await uninstall(rig().options, NOW);
    assert.deepEqual(readdirSync(folder()), ['styxy.socket']);
    const kept = setAside[unit('styxy.service')] ?? '';
    assert.equal(dirname(kept), join(root, '.styxy', 'backups'));
    assert.equal(readFileSync(kept, 'utf8'), edited);
  });

  it('does nothing where nothing is installed', async () => {
    const { options, done } = rig();
    await uninstall(options, NOW);
    assert.deepEqual(done, []);
    assert.ok(planRemoval(options.plan).every(({ action }) => action === 'none'));
  });
});
