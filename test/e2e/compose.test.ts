// Proves that two checkouts run one compose file at once: with a stand-in for Docker, whose engine listens on what it is told to publish.

import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { AllocationsAnswer, CheckAnswer } from '../../src/api/schemas.ts';
import { projectSlug } from '../../src/project/slug.ts';
import { PROGRAM } from './cli-harness.ts';
import { startDaemon } from './daemon-fixture.ts';
import { freeRange } from './port-range.ts';
import { isAlive, RunFixture, type Started, until, untilGone } from './run-fixture.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** What the stand-in prints of how it was called. */
interface Called {
  readonly args: readonly string[];
  readonly subcommand: string;
  readonly project: string | null;
  readonly file: string | null;
  readonly port: string | null;
  readonly db: string | null;
  readonly override: string | null;
}

let f: RunFixture;
let engine: ChildProcess;
let env: NodeJS.ProcessEnv;
/** The host's ports in the files: of the database and of the web server. */
let [db, web, free] = [0, 0, 0];
let count = 0;

before(async () => {
  const [first] = freeRange('composing', 60);
  [db, web, free] = [first, first + 20, first + 40];
  const range = (start: number) => ({ range: [start, start + 19], preferred_ports: [] });
  const types = { database: range(db), proxy: range(web), dev: range(free) };
  f = new RunFixture(await startDaemon({ isBuilt: true, config: { service_types: types } }));
  const bin = join(f.root, 'bin');
  mkdirSync(bin);
  const quoted = [process.execPath, fixture('fake-docker.ts')].map((word) => `'${word}'`).join(' ');
  writeFileSync(join(bin, 'docker'), `#!/bin/sh\nexec ${quoted} "$@"\n`, { mode: 0o755 });
  const socket = join(f.root, 'engine.sock');
  engine = spawn(process.execPath, [fixture('fake-engine.ts'), socket], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(engine.stdout ?? engine, 'data');
  env = { PATH: [bin, process.env.PATH ?? ''].join(delimiter), FAKE_ENGINE: socket };
});
after(async () => {
  engine.kill();
  await f.stop();
});

const SERVICES = (): string => `services:
  web:
    image: nginx
    ports: ["${web}:80"]
    depends_on: [db]
  db:
    image: postgres:16
    ports:
      - target: 5432
        published: "${db}"
        x-note: kept
  worker: {image: own}
`;

/** A directory with these files, which is a repository of git of its own. */
function checkout(files: Readonly<Record<string, string>> = { 'compose.yaml': SERVICES() }): string {
  count += 1;
  const dir = join(f.root, `shop-${count}`);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(dir, name, '..'), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  execFileSync('git', ['init', '--quiet', dir]);
  return dir;
}

/** The built program: it starts in half the time, and has the reader of YAML apart. */
function styxy(cwd: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): Started {
  return f.start(process.execPath, [PROGRAM, ...args], { cwd, env: { ...env, ...more } });
}

function compose(cwd: string, line: string, more: NodeJS.ProcessEnv = {}): Started {
  return styxy(cwd, ['run', '--', ...line.split(' ')], more);
}

async function called(started: Started): Promise<Called> {
  const [line] = await started.printed(/^\{"args".*\}$/m);
  return JSON.parse(line) as Called;
}

/** Up in the background: the ports that were published. */
async function up(cwd: string, line = 'docker compose up -d'): Promise<readonly number[]> {
  const started = compose(cwd, line);
  const status = await started.ended;
  assert.equal(status, 0, started.err());
  const [, ports = ''] = await started.printed(/started ([\d ]*) ?end/);
  return ports.trim().split(' ').map(Number);
}

async function down(...places: readonly string[]): Promise<void> {
  for (const cwd of places) assert.equal(await compose(cwd, 'docker compose down').ended, 0);
}

async function leasesOf(project: string) {
  const path = `/allocations?project_path=${encodeURIComponent(project)}`;
  return (await f.daemon.request<AllocationsAnswer>('GET', path)).body.allocations;
}

function temporary(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('styxy-compose-'));
}

describe('styxy run -- docker compose up', { skip: process.platform !== 'linux' }, () => {
  it('publishes the ports of the file where they are free, each on a lease of its own', async () => {
    const cwd = checkout();
    const started = compose(cwd, 'docker compose up');
    const { args, project, port, override, db: variable } = await called(started);
    const [path = ''] = args.filter((word) => word.endsWith('styxy.override.yaml'));
    assert.deepEqual(args, ['compose', '-f', join(cwd, 'compose.yaml'), '-f', path, 'up']);
    assert.deepEqual([project, port, variable], [projectSlug(cwd), null, String(db)]);
    assert.deepEqual(parse(override ?? '', { logLevel: 'silent' }), {
      services: {
        web: { ports: [{ mode: 'ingress', target: 80, protocol: 'tcp', published: String(web) }] },
        db: { ports: [{ target: 5432, published: String(db), 'x-note': 'kept' }] },
      },
    });
    await started.printed(/started/);
    const leases = await leasesOf(cwd);
    assert.deepEqual(leases.map((each) => [each.service_type, each.service_name, each.port]).sort(), [
      ['database', 'db', db],
      ['proxy', 'web', web],
    ]);
    assert.equal(
      leases.every(({ expires_at }) => expires_at === null),
      true,
      'the run holds them',
    );
    started.child.kill('SIGINT');
    assert.equal(await started.ended, 0);
    assert.deepEqual(await leasesOf(cwd), []);
    assert.match(
      started.err(),
      new RegExp(`Compose project ${projectSlug(cwd)}.*\\n.*web is published on port ${web}`),
    );
  });

  it('gives another checkout other ports, and each its own again', async () => {
    const [one, two] = [checkout(), checkout()];
    assert.deepEqual(await up(one), [web, db]);
    const others = await up(two);
    assert.equal(new Set([web, db, ...others]).size, 4);
    assert.deepEqual([await up(one), await up(two)], [[web, db], others]);
    await down(one, two);
  });

  it('keeps the leases of what goes on in the background, as nobody’s orphans, until it ends', async () => {
    const cwd = checkout();
    const [, port = 0] = await up(cwd);
    const lease = await until('the look at its listener', async () => {
      const { body } = await f.daemon.request<CheckAnswer>('GET', `/check/${port}`);
      return body.allocated_to?.state === 'active' ? body.allocated_to : null;
    });
    assert.deepEqual([lease.service_name, lease.orphan, lease.expires_at], ['db', false, null]);
    await down(cwd);
    await until(
      'the end of the lease',
      async () => ((await leasesOf(cwd)).length === 0 ? true : null),
      60_000,
    );
  });

  it('keeps the user’s own override in front of its own, and names no file twice', async () => {
    const dir = checkout({
      'compose.yaml': SERVICES(),
      'compose.override.yaml': `services: {worker: {ports: ["${free}:1"]}}`,
      'other.yaml': `services: {db: {image: postgres, ports: ["${db}:5432"]}}`,
      'below/keep': '',
    });
    const started = compose(join(dir, 'below'), 'docker compose up -d');
    const { args, override } = await called(started);
    assert.deepEqual(args.slice(0, 6), [
      'compose',
      '-f',
      join(dir, 'compose.yaml'),
      '-f',
      join(dir, 'compose.override.yaml'),
      '-f',
    ]);
    assert.match(override ?? '', /worker:/);
    assert.equal(await started.ended, 0);
    const named = await called(compose(dir, 'docker compose -f other.yaml up -d'));
    assert.deepEqual([named.args.slice(0, 4), named.args.length], [['compose', '-f', 'other.yaml', '-f'], 7]);
    await down(dir);
  });

  it('goes through a package script by variables', async () => {
    const dir = checkout({
      'compose.yaml': SERVICES(),
      'package.json': JSON.stringify({ scripts: { services: 'docker compose up -d' } }),
    });
    const started = compose(dir, 'npm run --silent services');
    const { args, file, project, override } = await called(started);
    assert.deepEqual(args, ['compose', 'up', '-d']);
    assert.deepEqual([file?.split(':')[0], project], [join(dir, 'compose.yaml'), projectSlug(dir)]);
    assert.match(override ?? '', /!override/);
    assert.equal(await started.ended, 0);
    await down(dir);
  });

  it('names the project for every other command of Compose, and leases nothing for it', async () => {
    const cwd = checkout();
    for (const line of ['docker compose logs -f web', 'docker compose exec db psql', 'docker compose ps']) {
      const { args, project } = await called(compose(cwd, line));
      assert.deepEqual([args.join(' '), project], [line.slice('docker '.length), projectSlug(cwd)]);
    }
    assert.deepEqual(await leasesOf(cwd), []);
  });

  it('leaves a name that the user gave', async () => {
    const cwd = checkout({ 'compose.yaml': SERVICES(), '.env': 'COMPOSE_PROJECT_NAME=mine\n' });
    assert.equal((await called(compose(cwd, 'docker compose ps'))).project, null);
    const plain = checkout();
    assert.equal((await called(compose(plain, 'docker compose -p own ps'))).project, null);
    const more = { COMPOSE_PROJECT_NAME: 'given' };
    assert.equal((await called(compose(plain, 'docker compose ps', more))).project, 'given');
  });

  it('takes another port than that of a program of its own that is no container', async () => {
    const cwd = checkout({ 'compose.yaml': `services: {web: {image: own, ports: ["${free}:1"]}}` });
    const script = `require('node:net').createServer().listen(${free}, () => console.log('ready'))`;
    const server = f.run(
      ['-s', 'dev', '-n', 'web', '-p', String(free), '--', process.execPath, '-e', script],
      { cwd },
    );
    await server.printed(/ready/);
    const [port] = await up(cwd);
    assert.notEqual(port, free);
    await down(cwd);
    server.child.kill('SIGTERM');
    await server.ended;
  });

  it('ends nothing that looks after containers', async () => {
    const cwd = checkout();
    const started = compose(cwd, 'docker compose up -d', { FAKE_DOCKER: 'no-daemon' });
    const [, pid] = await started.printed(/left (\d+) behind/);
    assert.equal(await started.ended, 0);
    assert.equal(isAlive(Number(pid)), true);
    process.kill(Number(pid), 'SIGKILL');
    await untilGone(Number(pid));
    await down(cwd);
  });

  it('releases what it leased where nothing came up', async () => {
    const cwd = checkout();
    const started = compose(cwd, 'docker compose up -d', { FAKE_DOCKER: 'fails' });
    assert.equal(await started.ended, 1);
    assert.deepEqual(await leasesOf(cwd), []);
  });

  it('leaves the ports as they are with a Compose that cannot replace them, and says so', async () => {
    const [first, cwd] = [checkout(), checkout()];
    await up(first);
    const started = compose(cwd, 'docker compose up -d', { FAKE_DOCKER: 'no-override' });
    assert.deepEqual((await called(started)).args, ['compose', 'up', '-d']);
    assert.equal(await started.ended, 1, 'the ports are taken');
    assert.match(started.err(), /does not take `!override`.*2\.24\.4/);
    assert.deepEqual(await leasesOf(cwd), []);
    await down(first);
  });

  it('reads the files itself where Compose does not answer', async () => {
    const cwd = checkout({
      'compose.yaml': `services: {db: {image: postgres, ports: ["\${DB_PORT:-${db}}:5432"]}, a: {extends: db}}`,
    });
    const started = compose(cwd, 'docker compose up -d', { FAKE_DOCKER: 'no-config' });
    const { override } = await called(started);
    assert.deepEqual(parse(override ?? '', { logLevel: 'silent' }), {
      services: { db: { ports: [{ target: 5432, published: String(db), protocol: 'tcp' }] } },
    });
    await started.ended;
    assert.match(started.err(), /could not be asked.*cannot be read.*\n.*a: what it `extends`/);
    await down(cwd);
  });

  it('starts nothing when a port is refused, and keeps no lease', async () => {
    const many = Array.from({ length: 25 }, (_, index) => `"${db + index}:${index + 1}"`).join(', ');
    const cwd = checkout({ 'compose.yaml': `services: {db: {image: postgres, ports: [${many}]}}` });
    const started = compose(cwd, 'docker compose up -d');
    assert.equal(await started.ended, 1);
    assert.match(started.err(), /database has no port left/);
    assert.equal(started.out(), '');
    assert.deepEqual(await leasesOf(cwd), []);
  });

  it('prints one document with --json, and leaves no override behind', async () => {
    const cwd = checkout();
    const started = styxy(cwd, ['run', '--json', '--', 'docker', 'compose', 'up', '-d']);
    assert.equal(await started.ended, 0);
    const { allocations } = JSON.parse(started.out()) as AllocationsAnswer;
    assert.deepEqual(allocations.map((each) => each.service_name).sort(), ['db', 'web']);
    const [path = ''] = /[^"]*styxy\.override\.yaml/.exec(started.err()) ?? [];
    assert.notEqual(path, '');
    assert.ok(!temporary().some((name) => path.includes(name)), path);
    await down(cwd);
  });

  it('runs the command as it is without a daemon', async () => {
    const cwd = checkout();
    const started = compose(cwd, 'docker compose ps', { STYXY_HOME: join(f.root, 'no-home') });
    assert.deepEqual((await called(started)).args, ['compose', 'ps']);
    assert.match(started.err(), /no daemon/);
  });
});

describe('styxy compose', { skip: process.platform !== 'linux' }, () => {
  const override = (cwd: string, ...args: readonly string[]): Started => styxy(cwd, ['compose', ...args]);

  it('prints the override, with the same ports again', async () => {
    const cwd = checkout();
    const [first, again] = [override(cwd), override(cwd, '--print')];
    assert.deepEqual([await first.ended, await again.ended], [0, 0]);
    assert.equal(first.out(), again.out());
    assert.match(
      first.out(),
      new RegExp(`^# Written by Styxy[\\s\\S]*!override[\\s\\S]*published: "${web}"`),
    );
    assert.match(first.err(), new RegExp(`^web is published on port ${web}`, 'm'));
  });

  it('writes it, and prints the command that uses it', async () => {
    const cwd = checkout();
    const started = override(cwd, '-o', 'own override.yaml', '--', 'docker', 'compose', 'up', '-d');
    assert.equal(await started.ended, 0, started.err());
    const run = f.start('/bin/sh', ['-c', started.out()], { cwd, env });
    const { override: own, project, args } = await called(run);
    assert.deepEqual(args.slice(-3), [join(cwd, 'own override.yaml'), 'up', '-d']);
    assert.equal(project, projectSlug(cwd));
    assert.equal(own, null, 'it has another name');
    assert.equal(await run.ended, 0, run.err());
    const [, ports] = await run.printed(/started ([\d ]*) end/);
    const leases = await leasesOf(cwd);
    assert.deepEqual(ports?.split(' ').map(Number).sort(), leases.map(({ port }) => port).sort());
    await down(cwd);
  });

  it('overwrites what it wrote, and nothing else', async () => {
    const cwd = checkout();
    for (const name of ['new.yaml', 'new.yaml']) assert.equal(await override(cwd, '-o', name).ended, 0);
    const refused = override(cwd, '-o', 'compose.yaml', '--json');
    assert.equal(await refused.ended, 1);
    assert.equal((JSON.parse(refused.out()) as { code: string }).code, 'FILE_NOT_OURS');
    assert.match(readFileSync(join(cwd, 'compose.yaml'), 'utf8'), /^services:/);
    const nowhere = override(cwd, '-o', 'no/such/file.yaml');
    assert.notEqual(await nowhere.ended, 0);
    assert.match(nowhere.err(), /no\/such\/file\.yaml cannot be written/);
  });

  it('says of what is no project what to do', async () => {
    const cwd = checkout({ 'package.json': '{}' });
    const none = override(cwd);
    assert.notEqual(await none.ended, 0);
    assert.match(none.err(), /no compose file here[\s\S]*-f FILE up/);
    assert.deepEqual(await leasesOf(cwd), []);
    const other = override(cwd, '--', 'ls');
    assert.equal(await other.ended, 2);
    assert.match(other.err(), /ls is no command of Compose/);
    const both = override(cwd, '--print', '-o', 'x');
    assert.equal(await both.ended, 2);
  });
});
