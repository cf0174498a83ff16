// Owns the proof that a run knows its tool: through a real npm, in workspaces, beside orchestrators, and in itself.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  hasCommand,
  type RunFixture,
  SERVER,
  STYXY,
  serving,
  startRunFixture,
  TYPE,
  until,
} from './run-fixture.ts';

/** Programs with the names of tools: a server that obeys its last --port alone, one that reads PORT, one that shows all. */
const DEAF = `
const at = process.argv.lastIndexOf('--port');
if (at < 0) process.exit(0);
const port = Number(process.argv[at + 1]);
require('node:http').createServer((request, response) => response.end('served')).listen(port, '127.0.0.1', () => {
  console.log('words ' + process.argv.slice(2).join(' ') + ' end');
  console.log('serving ' + port + ' as ' + process.pid + ' end');
});`;
const NODE = process.execPath;
const READING = `
const port = Number(process.env.PORT);
require('node:http').createServer((request, response) => response.end('served')).listen(port, '127.0.0.1', () => {
  console.log('serving ' + port + ' as ' + process.pid + ' end');
});`;
const SHOWING = 'console.log(JSON.stringify({ env: process.env, args: process.argv.slice(2) }));';
const PROGRAMS = { vite: DEAF, next: READING, turbo: SHOWING, storybook: SHOWING, flask: SHOWING };

const SCRIPTS = {
  dev: 'vite',
  nested: 'npm run dev',
  web: 'vite --port 3000',
  piped: 'vite | cat',
  wrapped: `styxy run -s ${TYPE} -n inner -- vite`,
  'all-at-once': 'turbo dev',
};

const missing = hasCommand('npm') ? false : 'npm is missing';
let fixture: RunFixture;
let bin = '';
let env: NodeJS.ProcessEnv = {};

before(async () => {
  fixture = await startRunFixture();
  bin = join(fixture.project, 'node_modules', '.bin');
  mkdirSync(bin, { recursive: true });
  for (const [name, script] of Object.entries(PROGRAMS)) install(name, `#!${process.execPath}\n${script}`);
  const quoted = [process.execPath, ...STYXY].map((word) => `'${word}'`).join(' ');
  install('styxy', `#!/bin/sh\nexec ${quoted} "$@"\n`);
  manifest('.', { workspaces: ['packages/*'], scripts: SCRIPTS });
  manifest('packages/web', { name: 'web', scripts: { dev: 'vite' } });
  manifest('packages/api', { name: '@acme/api', scripts: { dev: 'next dev' } });
  env = { PATH: `${bin}:${process.env.PATH}`, npm_config_update_notifier: 'false' };
});
after(() => fixture.stop());

function install(name: string, text: string): void {
  writeFileSync(join(bin, name), text, { mode: 0o755 });
}

function manifest(directory: string, content: object): void {
  mkdirSync(join(fixture.project, directory), { recursive: true });
  writeFileSync(join(fixture.project, directory, 'package.json'), JSON.stringify(content));
}

function run(...args: string[]) {
  return fixture.run(args, { env });
}

async function stop({ pid, ended }: ReturnType<typeof run>): Promise<void> {
  process.kill(pid, 'SIGTERM');
  await ended;
}

describe('a tool that styxy run knows', { skip: missing, concurrency: 2 }, () => {
  for (const [script, words] of [
    ['dev', ''],
    ['nested', ''],
    ['web', '--port 3000 '],
  ] as const) {
    it(`is told its port through the script ${script}`, async () => {
      const started = run('-s', TYPE, '-n', script, '--', 'npm', 'run', script);
      const { port } = await serving(started);
      assert.match(started.out(), new RegExp(`words ${words}--port ${port} --strictPort end`));
      assert.equal((await fixture.leaseOn(port))?.service_name, script);
      assert.equal(await (await fetch(`http://127.0.0.1:${port}`)).text(), 'served');
      await stop(started);
      assert.notEqual((await fixture.leaseOn(port))?.service_name, script);
    });
  }

  it('is named after the package that it runs in, so that two of one checkout get two ports', async () => {
    const web = run('-s', TYPE, '--', 'npm', 'run', 'dev', '-w', 'web');
    const api = run('-s', TYPE, '--', 'npm', '--workspace=packages/api', 'run', 'dev');
    const ports = await Promise.all([web, api].map(async (each) => (await serving(each)).port));
    const names = await Promise.all(ports.map(async (port) => (await fixture.leaseOn(port))?.service_name));
    assert.deepEqual(names, ['web', '@acme/api']);
    await Promise.all([web, api].map(stop));
  });

  it('gets a port of its own type', async () => {
    const started = run('--json', '--', 'storybook', 'dev');
    assert.equal(await started.ended, 0);
    assert.equal(JSON.parse(started.out()).service_type, 'storybook');
  });

  it('gets the variables that it reads', async () => {
    const started = run('-s', TYPE, '-n', 'flask', '--', 'flask', 'run');
    assert.equal(await started.ended, 0);
    const { env: seen, args } = JSON.parse(started.out());
    assert.equal(seen.FLASK_RUN_PORT, seen.PORT);
    assert.deepEqual(args, ['run']);
  });

  it('gets the port that the user’s own words name, where it is free', async () => {
    const { port: free, lock_id } = await fixture.allocate({ service_name: 'probe' });
    await fixture.daemon.request('DELETE', `/allocate/${lock_id}`);
    const started = run('-s', TYPE, '-n', 'wished', '--', 'vite', '--port', String(free));
    assert.equal((await serving(started)).port, free);
    const second = run('-s', TYPE, '-n', 'late', '--', 'vite', '--port', String(free));
    assert.notEqual((await serving(second)).port, free);
    await Promise.all([started, second].map(stop));
  });

  it('is not started where its port can neither be changed nor be had', async () => {
    const taken = await fixture.allocate({ service_name: 'taken' });
    const fixed = ['sh', '-c', `vite --port ${taken.port} | cat`];
    const started = run('-s', TYPE, '-n', 'fixed', '--', ...fixed);
    assert.equal(await started.ended, 1);
    assert.equal(started.out(), '');
    assert.match(started.err(), new RegExp(`\`${taken.port}\` in the command decides about the port`));
    await fixture.daemon.request('DELETE', `/allocate/${taken.lock_id}`);
    const again = run('-s', TYPE, '-n', 'fixed', '--', ...fixed);
    assert.equal((await serving(again)).port, taken.port);
    assert.equal((await fixture.leaseOn(taken.port))?.service_name, 'fixed');
    await stop(again);
  });

  it('is said to be out of reach where it is', async () => {
    const started = run('-s', TYPE, '-n', 'piped', '--', 'npm', 'run', 'piped');
    await started.ended;
    assert.match(
      started.err(),
      /added to the script "piped" does not reach it: write `--port \$PORT --strictPort`/,
    );
  });
});

describe('a server that puts itself into the background', {
  skip: hasCommand('setsid') ? false : 'setsid is missing',
}, () => {
  it('keeps its lease, is not started a second time, and is told of', async () => {
    const bin = join(fixture.root, 'bin');
    mkdirSync(bin, { recursive: true });
    // Without a mark, a parent or a session of ours, as a real one is that overwrites its environment.
    const script = `#!/bin/sh
port=; while [ $# -gt 0 ]; do [ "$1" = --port ] && port=$2; shift; done
env -i PORT=$port setsid "${NODE}" -e "$SERVER" >/dev/null 2>&1 </dev/null &
exit 0
`;
    writeFileSync(join(bin, 'redis-server'), script, { mode: 0o755 });
    const env = { PATH: `${bin}:${process.env.PATH}`, SERVER };
    const run = fixture.run(['-n', 'cache', '--', 'redis-server', '--daemonize', 'yes'], { env });
    assert.equal(await run.ended, 0, run.err());
    assert.equal(run.err().match(/gets port/g)?.length, 1, run.err());
    const [, pid] =
      /node \(pid (\d+)\) goes on in the background at port \d+, and keeps the lease/.exec(run.err()) ?? [];
    const lease = (await fixture.leases()).find(({ service_name: name }) => name === 'cache');
    assert.equal(lease?.pid, Number(pid), run.err());
    process.kill(Number(pid), 'SIGKILL');
    await until('the end of the lease', async () =>
      (await fixture.leases()).some(({ service_name: name }) => name === 'cache') ? null : true,
    );
  });
});

describe('what has no single port', { skip: missing }, () => {
  const shown = async (...args: string[]) => {
    const started = fixture.run(args, { env: { ...env, PORT: '1' } });
    assert.equal(await started.ended, 0, started.err());
    return { seen: JSON.parse(/^\{.*\}$/m.exec(started.out())?.[0] ?? 'null').env, err: started.err() };
  };

  it('gets the leases of its project, and no PORT and no lease', async () => {
    const api = await fixture.allocate({ service_name: 'backend' });
    for (const command of [
      ['turbo', 'dev'],
      ['npm', 'run', 'all-at-once'],
    ]) {
      const { seen, err } = await shown('--', ...command);
      assert.deepEqual([seen.PORT, seen.STYXY_LOCK_ID], [undefined, undefined]);
      assert.equal(seen.STYXY_PORT_BACKEND, String(api.port));
      assert.match(err, /Turborepo starts several servers, so it gets no PORT and no lease\..*`styxy run`/);
    }
    assert.deepEqual(
      (await fixture.leases()).map(({ service_name }) => service_name),
      ['backend'],
    );
  });

  it('gets a lease that is asked for, but no PORT', async () => {
    const { seen, err } = await shown('-s', TYPE, '-n', 'all', '--', 'turbo', 'dev');
    assert.equal(seen.PORT, undefined);
    assert.match(seen.STYXY_PORT_ALL, /^\d+$/);
    assert.match(err, /its lease is in STYXY_PORT_ALL/);
  });

  it('prints the leases of the project as its one document', async () => {
    const started = run('--json', '--', 'turbo', 'dev');
    assert.equal(await started.ended, 0);
    assert.ok(Array.isArray(JSON.parse(started.out()).allocations));
  });

  it('is a script that calls styxy run itself: one lease, the inner one', async () => {
    const outer = run('-s', TYPE, '-n', 'outer', '--', 'npm', 'run', 'wrapped');
    const { port } = await serving(outer);
    const names = (await fixture.leases()).map(({ service_name }) => service_name);
    assert.ok(names.includes('inner') && !names.includes('outer'));
    assert.match(outer.err(), /the command leases its port itself/);
    await stop(outer);
    assert.notEqual((await fixture.leaseOn(port))?.service_name, 'inner');
  });
});
