// Proves that a client in a container is served by the host's daemon: installed by the dev container's feature, in pid and
// mount namespaces of its own, with the host's home mounted read-only.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { LeaseJson } from '../../src/api/schemas.ts';
import { type Outcome, openPlace, type Place, ROOT, runProgram } from './cli-harness.ts';
import { freeRange } from './port-range.ts';

const FEATURES = join(ROOT, 'containers', 'features');
const DEV_CONTAINERS = '@devcontainers/cli@0.89.0';
/** What a container is to the daemon: other processes by the same numbers, and another view of the files. */
const NAMESPACES = ['-m', '-p', '--fork', '--kill-child', '--mount-proc'];
const isPermitted = spawnSync('unshare', [...NAMESPACES, 'true']).status === 0;
const skip = isPermitted ? false : 'no namespaces of our own here';

let place: Place;
let prefix = '';
let mounted = '';
const range = freeRange('containing', 20);

/** Runs `script` with the installed program, the home's mount, and a `/tmp` and pids of its own. */
function inContainer(script: string): Promise<Outcome> {
  const mounts = `mount --bind '${place.home}' '${mounted}' && mount -o remount,bind,ro '${mounted}'`;
  const env = {
    PATH: `${join(prefix, 'bin')}:${dirname(process.execPath)}:${process.env.PATH}`,
    HOME: place.directory('user'),
    STYXY_HOME: mounted,
    STYXY_AUTOSTART: '0',
  };
  return runProgram('unshare', [...NAMESPACES, 'sh', '-ec', `${mounts}\n${script}`], {
    cwd: place.directory('shop'),
    env,
  });
}

async function leases(): Promise<LeaseJson[]> {
  return JSON.parse((await place.styxy(['list', '--json'])).stdout).allocations;
}

describe('a client in a container', { skip }, () => {
  before(async () => {
    place = openPlace();
    prefix = place.directory('prefix');
    mounted = place.directory('mounted');
    mkdirSync(place.home, { mode: 0o700 });
    const config = { service_types: { dev: { range, preferred_ports: [] } } };
    writeFileSync(join(place.home, 'config.json'), JSON.stringify(config), { mode: 0o600 });
    // The folder as a project has it, with the package beside the installer.
    const feature = place.directory('feature');
    cpSync(join(FEATURES, 'styxy'), feature, { recursive: true });
    const packed = await runProgram(
      'npm',
      ['pack', '--ignore-scripts', '--loglevel=error', '--pack-destination', feature],
      {
        cwd: ROOT,
        env: process.env,
      },
    );
    assert.equal(packed.status, 0, packed.stderr);
    const installed = await runProgram('sh', [join(feature, 'install.sh')], {
      cwd: place.dir,
      env: { ...process.env, npm_config_prefix: prefix, VERSION: 'latest' },
    });
    assert.equal(installed.status, 0, installed.stdout + installed.stderr);
  });
  after(() => place.close());

  it('says that no daemon runs, and starts none', async () => {
    const { status, stdout, stderr } = await inContainer('styxy allocate -s dev -q');
    assert.deepEqual([status, stdout], [3, '']);
    assert.match(stderr, /No daemon runs/);
    assert.deepEqual(readdirSync(place.home), ['config.json']);
  });

  it('gets ports that nobody outside gets, and its pid is not believed', async () => {
    await place.styxy(['daemon', 'start']);
    const outside = await place.styxy(['allocate', '-s', 'dev', '-n', 'outside', '-q']);
    const inside = await inContainer('styxy allocate -s dev -n inside --pid $$ --json');
    assert.deepEqual([inside.status, inside.stderr], [0, '']);
    const lease: LeaseJson = JSON.parse(inside.stdout);
    assert.equal(lease.pid, null, 'a pid of the container names somebody else here');
    assert.notEqual(String(lease.port), outside.stdout.trim());
    assert.ok((await leases()).some(({ lock_id }) => lock_id === lease.lock_id));
  });

  it('says its pid to the daemon without Styxy’s own client, and is not believed either', async () => {
    const request = `require('node:http').request(
      { socketPath: process.env.STYXY_HOME + '/styxy.sock', path: '/allocate', method: 'POST', headers: {
        'content-type': 'application/json',
        'styxy-pid-namespace': /\\d+/.exec(require('node:fs').readlinkSync('/proc/self/ns/pid'))[0] } },
      (answer) => answer.pipe(process.stdout),
    ).end(JSON.stringify({ service_type: 'dev', service_name: 'bare', pid: process.pid }));`;
    writeFileSync(join(place.dir, 'bare.cjs'), request);
    const { status, stdout, stderr } = await inContainer(`node '${join(place.dir, 'bare.cjs')}'`);
    assert.equal(status, 0, stderr);
    assert.equal((JSON.parse(stdout) as LeaseJson).pid, null, stdout);
  });

  it('holds its lease by its connection while its command runs, and no longer', async () => {
    const seen = `styxy list --json > '${place.dir}/seen.json'`;
    const { status, stderr } = await inContainer(`styxy run -n held -- sh -c "${seen}"`);
    assert.equal(status, 0, stderr);
    const { allocations }: { allocations: LeaseJson[] } = JSON.parse(
      readFileSync(join(place.dir, 'seen.json'), 'utf8'),
    );
    const held = allocations.find(({ service_name }) => service_name === 'held');
    assert.deepEqual([held?.expires_at, held?.pid], [null, null]);
    assert.ok(!(await leases()).some(({ service_name }) => service_name === 'held'));
  });
});

describe('what the image is built of', () => {
  it('is enough for the build', async () => {
    const context = openPlace();
    try {
      const kept = readFileSync(join(ROOT, 'containers', 'Dockerfile.dockerignore'), 'utf8')
        .trim()
        .split('\n')
        .slice(1);
      for (const line of kept)
        cpSync(join(ROOT, line.slice(1)), join(context.dir, line.slice(1)), { recursive: true });
      symlinkSync(join(ROOT, 'node_modules'), join(context.dir, 'node_modules'));
      const built = await runProgram(process.execPath, ['scripts/build.ts'], {
        cwd: context.dir,
        env: process.env,
      });
      assert.equal(built.status, 0, built.stdout + built.stderr);
      assert.ok(existsSync(join(context.dir, 'dist', 'styxy.cjs')));
    } finally {
      await context.close();
    }
  });
});

describe('the feature', () => {
  it('is packaged by the tool of the dev containers', async (context) => {
    const tool = openPlace();
    try {
      writeFileSync(join(tool.dir, 'package.json'), '{ "private": true }');
      const words = [
        'install',
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        '--loglevel=error',
        DEV_CONTAINERS,
      ];
      const { status, stderr } = await runProgram('npm', words, { cwd: tool.dir, env: process.env });
      if (status !== 0)
        return context.skip(`${DEV_CONTAINERS} could not be installed: ${stderr.split('\n')[0] ?? ''}`);
      const program = join(tool.dir, 'node_modules', '@devcontainers', 'cli', 'devcontainer.js');
      const out = join(tool.dir, 'out');
      const packaged = await runProgram(
        process.execPath,
        [program, 'features', 'package', '-o', out, FEATURES],
        {
          cwd: tool.dir,
          env: tool.env,
        },
      );
      assert.equal(packaged.status, 0, packaged.stdout + packaged.stderr);
      assert.ok(readdirSync(out).includes('devcontainer-feature-styxy.tgz'));
    } finally {
      await tool.close();
    }
  });
});
