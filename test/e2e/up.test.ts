// Owns the proof of `styxy up` and `styxy down` with real servers: dependencies, readiness, restarts, and ends of whole trees.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  hasCommand,
  isAlive,
  type RunFixture,
  SINGLE_TYPE,
  STYXY,
  type Started,
  startRunFixture,
  TYPE,
  until,
  untilGone,
} from './run-fixture.ts';

/** Serves after a moment, says what it sees, and has a child that outlives it unless somebody ends it. */
const SERVER = `
const { spawn } = require('node:child_process');
const { createServer } = require('node:http');
const { existsSync, writeFileSync } = require('node:fs');
const { env } = process;
const [name, health = '/'] = process.argv.slice(2);
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e9)'], { stdio: 'ignore', detached: true });
console.log(name + ' begins, ' + JSON.stringify({ pid: process.pid, child: child.pid, api: env.STYXY_PORT_API, told: env.API, port: env.PORT }));
console.error(name + ' warns');
let healthy = false;
setTimeout(() => { healthy = true; }, 300);
createServer(({ url }, response) => {
  if (url === '/crash') process.exit(7);
  response.writeHead(url === health && !healthy ? 503 : 200).end(name);
}).listen(env.PORT, '127.0.0.1');
process.on('SIGINT', () => { console.log(name + ' was asked to end'); process.exit(0); });
`;

/** Runs a command on a terminal of its own, and types ctrl-C there once its output has a text. */
const TERMINAL = `
import os, pty, sys
pid, fd = pty.fork()
if pid == 0: os.execvp(sys.argv[2], sys.argv[2:])
seen, typed = b'', False
while True:
    try: more = os.read(fd, 65536)
    except OSError: break
    if not more: break
    seen += more
    os.write(1, more)
    if not typed and sys.argv[1].encode() in seen:
        typed = True
        os.write(fd, b'\\x03')
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

interface Beginning {
  readonly pid: number;
  readonly child: number;
  readonly api: string;
  readonly told?: string;
  readonly port: string;
}

let fixture: RunFixture;
const ref = (name: string): string => `$\{${name}}`;
const PAIR = {
  web: {
    command: 'node ../server.js web',
    type: TYPE,
    cwd: 'web',
    depends_on: ['api'],
    env: { API: ref('STYXY_URL_API') },
  },
  api: {
    command: 'node server.js api /health',
    type: TYPE,
    ready: { http: '/health' },
    restart: 'on-failure',
  },
};

/** A checkout of its own with these services. */
function checkout(name: string, services: object): string {
  const path = join(fixture.root, name);
  mkdirSync(join(path, 'web'), { recursive: true });
  execFileSync('git', ['init', '--quiet', path]);
  writeFileSync(join(path, 'server.js'), SERVER);
  writeFileSync(join(path, 'styxy.json'), JSON.stringify({ services }));
  return path;
}

function styxy(cwd: string, ...args: string[]): Started {
  return fixture.start(process.execPath, [...STYXY, ...args], { cwd });
}

/** Waits for what is told, and for an end where it does not come. */
function told(started: Started, pattern: RegExp): Promise<RegExpExecArray> {
  return until(`${pattern} in what is told`, () => {
    const found = pattern.exec(started.err());
    if (found === null && started.child.exitCode !== null) throw new Error(started.out() + started.err());
    return found;
  });
}

/** What a server said of itself at its start with this number. */
async function beginning(up: Started, name: string, index = 0): Promise<Beginning> {
  const found = await until(`the start of ${name}`, () => {
    const all = [...up.out().matchAll(new RegExp(`^${name} +\\| ${name} begins, (.*)$`, 'gm'))];
    return all[index] ?? null;
  });
  return JSON.parse(found[1] ?? '') as Beginning;
}

const hasEnded = (beginnings: readonly Beginning[]): boolean =>
  beginnings.every(({ pid, child }) => !isAlive(pid) && !isAlive(child));

before(async () => {
  fixture = await startRunFixture();
});
after(() => fixture.stop());

describe('styxy up', () => {
  it('starts each service when those are ready that it depends on, and tells each of the others', async () => {
    const shop = checkout('shop', PAIR);
    const up = styxy(shop, 'up');
    await told(up, /all 2 services are ready\n {2}api {2}http:\S+\n {2}web {2}http:\S+/);
    const [api, web] = [await beginning(up, 'api'), await beginning(up, 'web')];
    assert.equal(web.api, api.port);
    assert.match(web.told ?? '', new RegExp(`^http://.*localhost:${api.port}$`));
    assert.match(up.err(), /^api \| api warns$/m);
    const [ready, start] = [
      up.err().indexOf('api | styxy: is ready'),
      up.err().indexOf('web | styxy: web gets'),
    ];
    assert.ok(ready >= 0 && ready < start, up.err());
    assert.equal(await fetch(`http://127.0.0.1:${web.port}`).then((answer) => answer.text()), 'web');

    const again = styxy(shop, 'up');
    assert.equal(await again.ended, 1);
    assert.match(again.err(), new RegExp(`runs already in ${shop} \\(pid ${up.pid}`));
    assert.match(again.err(), /`styxy down` ends what runs/);

    up.child.kill('SIGINT');
    assert.equal(await up.ended, 0);
    assert.match(up.out(), /^web \| web was asked to end$/m);
    assert.equal(hasEnded([api, web]), true);
    assert.deepEqual(await fixture.leases(), []);
  });

  it('starts again what crashed, on the same port, and ends from elsewhere, wholly or in part', async () => {
    const shop = checkout('crash', PAIR);
    const up = styxy(shop, 'up');
    await told(up, /all 2 services are ready/);
    const [first, web] = [await beginning(up, 'api'), await beginning(up, 'web')];
    await fetch(`http://127.0.0.1:${first.port}/crash`).catch(() => {});
    const second = await beginning(up, 'api', 1);
    assert.equal(second.port, first.port);
    await told(
      up,
      /api \| styxy: ended with status 7; restart 1 of 5 in 0.5 s\n[\s\S]*api \| styxy: is ready/,
    );
    assert.equal(hasEnded([first]), true);

    const wrong = styxy(shop, 'down', 'wbe');
    assert.equal(await wrong.ended, 2);
    assert.match(wrong.err(), /Did you mean web\?/);
    const part = styxy(join(shop, 'web'), 'down', 'web', '--json');
    assert.equal(await part.ended, 0);
    const { ended, left, pid } = JSON.parse(part.out());
    assert.deepEqual([ended, left, pid], [['web'], ['api'], up.pid]);
    assert.deepEqual([hasEnded([web]), isAlive(second.pid)], [true, true]);
    const whole = styxy(shop, 'down');
    assert.equal(await whole.ended, 0);
    assert.match(whole.out(), /^Ended api\.$/m);
    assert.equal(await up.ended, 0);
    assert.equal(hasEnded([second]), true);
    const nothing = styxy(shop, 'down');
    assert.equal(await nothing.ended, 0);
    assert.match(nothing.out(), /^Nothing is up in /);
  });

  it('runs in two checkouts at once, each on ports of its own', async () => {
    const ups = ['one', 'two'].map((name) => styxy(checkout(name, PAIR), 'up', 'api', '--json'));
    const documents = await Promise.all(
      ups.map(async (up) => JSON.parse((await up.printed(/^\{[\s\S]*^\}/m))[0])),
    );
    const services = documents.map((document) => document.services);
    assert.deepEqual(
      services.map((each) => each.map(({ name, state }: { name: string; state: string }) => [name, state])),
      [[['api', 'ready']], [['api', 'ready']]],
    );
    assert.notEqual(services[0][0].port, services[1][0].port);
    for (const up of ups) up.child.kill('SIGTERM');
    assert.deepEqual(await Promise.all(ups.map(({ ended }) => ended)), [0, 0]);
  });

  it('starts no singleton that runs already, and tells the others where it is', async () => {
    const server =
      "require('node:http').createServer((q, r) => r.end()).listen(process.env.PORT, () => console.log('on ' + process.env.PORT))";
    const model = fixture.run(['-s', SINGLE_TYPE, '-n', 'models', '--', process.execPath, '-e', server]);
    const [, port] = await model.printed(/on (\d+)/);
    const shop = checkout('singleton', {
      models: { command: 'echo never', type: SINGLE_TYPE },
      web: {
        command: 'echo "models at $STYXY_PORT_MODELS" && sleep 600',
        listens: false,
        depends_on: ['models'],
      },
    });
    const up = styxy(shop, 'up');
    await told(up, new RegExp(`all 2 services are ready\\n {2}models {2}http:\\S+:${port}\\n`));
    await up.printed(new RegExp(`^web {4}\\| models at ${port}$`, 'm'));
    assert.doesNotMatch(up.out(), /never/);
    const down = styxy(shop, 'down');
    assert.equal(await down.ended, 0);
    assert.match(down.out(), /^Ended web\.$/m);
    assert.equal(await up.ended, 0);
    assert.equal(isAlive(model.pid), true);
    model.child.kill('SIGTERM');
    await model.ended;
  });

  it('goes on where a service fails, without those that depend on it, and ends with its status', async () => {
    const shop = checkout('failing', {
      migrate: { command: 'echo no such table; exit 4', ready: { completed: true } },
      api: { command: 'node server.js api', type: TYPE, depends_on: ['migrate'] },
      worker: { command: 'sleep 1 && echo worked', listens: false },
    });
    const up = styxy(shop, 'up');
    assert.equal(await up.ended, 4);
    assert.match(up.out(), /^migrate \| no such table$/m);
    assert.match(up.out(), /^worker {2}\| worked$/m);
    assert.doesNotMatch(up.out(), /api begins/);
    assert.match(up.err(), /api {5}\| styxy: is not started, since it depends on migrate/);
    assert.match(up.err(), /1 of 3 services is ready/);
    assert.deepEqual(await fixture.leases(), []);
  });

  it('colours names on a terminal, and ends all by one ctrl-C there, which each gets once', {
    skip: hasCommand('python3') ? false : 'python3 is missing',
  }, async () => {
    const asked = `node -e "process.on('SIGINT', () => { console.log('asked'); setTimeout(process.exit, 100, 0) }); console.log('\\x1b[1mcolour\\x1b[22m ' + process.env.FORCE_COLOR); setInterval(() => {}, 1e9)"`;
    const shop = checkout('terminal', {
      one: { command: asked, listens: false, ready: { output: 'colour 1' } },
      two: { command: asked, listens: false, ready: { output: 'colour 1' } },
    });
    const words = ['-c', TERMINAL, 'all 2 services are ready', process.execPath, ...STYXY, 'up'];
    const env = { TERM: 'xterm', FORCE_COLOR: undefined, NO_COLOR: undefined };
    const up = fixture.start('python3', words, { cwd: shop, env });
    assert.equal(await up.ended, 0);
    const names = ['\u001b[36mone |', '\u001b[35mtwo |'];
    for (const name of names) assert.ok(up.out().includes(name), up.out());
    assert.equal(up.out().match(/asked/g)?.length, 2, up.out());
  });

  it('ends a service that is not ready in time', async () => {
    const shop = checkout('late', {
      late: { command: 'sleep 600', type: TYPE, ready: { timeout_seconds: 1 } },
    });
    const up = styxy(shop, 'up');
    assert.equal(await up.ended, 1);
    assert.match(up.err(), /late \| styxy: was not ready after 1 s, and was ended/);
  });

  it('kills at the third request what does not end', async () => {
    const stubborn = `node -e "['SIGINT', 'SIGTERM'].forEach((each) => process.on(each, () => {})); setInterval(() => {}, 1e9); console.log('pid ' + process.pid)"`;
    const shop = checkout('stubborn', { stubborn: { command: stubborn, listens: false } });
    const up = styxy(shop, 'up');
    const [, pid] = await up.printed(/pid (\d+)/);
    for (const pattern of [/ending all services/, /telling all/, /killing all/]) {
      up.child.kill('SIGINT');
      await told(up, pattern);
    }
    assert.equal(await up.ended, 0);
    assert.equal(isAlive(Number(pid)), false);
  });

  it('that was killed leaves services behind, which keep the next one from starting and which `down` ends', {
    skip: process.platform === 'linux' ? false : 'only Linux shows the environment of processes',
  }, async () => {
    const shop = checkout('killed', PAIR);
    const up = styxy(shop, 'up');
    await told(up, /all 2 services are ready/);
    const all = [await beginning(up, 'api'), await beginning(up, 'web')];
    up.child.kill('SIGKILL');
    await untilGone(up.pid);
    const again = styxy(shop, 'up');
    assert.equal(await again.ended, 1);
    assert.match(again.err(), /is gone .*, and what it started still runs: pid \d+/);
    const down = styxy(shop, 'down');
    assert.equal(await down.ended, 0);
    assert.match(down.out(), /^Ended what was left behind in .*: pid \d+/);
    assert.equal(hasEnded(all), true);
    const third = styxy(shop, 'up');
    await told(third, /all 2 services are ready/);
    third.child.kill('SIGTERM');
    assert.equal(await third.ended, 0);
  });

  it('names every mistake of styxy.json, and starts nothing', async () => {
    const shop = checkout('wrong', { web: { comand: 'vite' }, api: { command: 'x', depends_on: ['db'] } });
    const up = styxy(shop, 'up');
    assert.equal(await up.ended, 1);
    assert.match(
      up.err(),
      /styxy\.json:1:\d+: services\.web\.comand: unknown key "comand"; did you mean "command"\?/,
    );
    assert.match(up.err(), /styxy\.json:1:\d+: services\.api\.depends_on\[0\]: there is no service "db"/);
    assert.match(up.err(), /styxy: .*styxy\.json has 3 mistakes\n/);
    const check = styxy(shop, 'up', '--check', '--json');
    assert.equal(await check.ended, 1);
    assert.equal(JSON.parse(check.out()).errors.length, 3);
    const none = styxy(fixture.project, 'up', '--json');
    assert.equal(await none.ended, 1);
    assert.equal(JSON.parse(none.out()).code, 'PROJECT_FILE_MISSING');
  });

  it('--init proposes a file for a workspace, and writes over none', async () => {
    const shop = checkout('init', {});
    rmSync(join(shop, 'styxy.json'));
    const put = (path: string, content: object): void =>
      writeFileSync(join(shop, path), JSON.stringify(content));
    put('package.json', { workspaces: ['web'], scripts: { dev: 'turbo run dev' } });
    put('web/package.json', { name: '@shop/web', scripts: { dev: 'node --watch server.js' } });
    const web = join(shop, 'web');
    const proposed = styxy(web, 'up', '--init');
    assert.equal(await proposed.ended, 0);
    assert.match(proposed.out(), /"web": \{ "command": "npm run dev", "cwd": "web" \}/);
    assert.match(proposed.err(), /is not written: `styxy up --init --write` writes this there/);
    const written = styxy(web, 'up', '--init', '--write', '--json');
    assert.equal(await written.ended, 0);
    const { path, text, written: isWritten } = JSON.parse(written.out());
    assert.deepEqual([path, isWritten], [join(shop, 'styxy.json'), true]);
    assert.equal(readFileSync(path, 'utf8'), text);
    writeFileSync(path, '{}');
    const again = styxy(web, 'up', '--init', '--write');
    assert.equal(await again.ended, 1);
    assert.match(again.err(), /is there already\n`styxy up --init --write --force` replaces it/);
    assert.equal(readFileSync(path, 'utf8'), '{}');
    assert.equal(await styxy(web, 'up', '--init', '--write', '--force').ended, 0);
    assert.equal(readFileSync(path, 'utf8'), text);
    const completed = styxy(web, '--complete', '--', 'up', 'w');
    assert.equal(await completed.ended, 0);
    assert.equal(completed.out(), 'web\tnpm run dev\n');
    const misused = styxy(web, 'up', '--write');
    assert.equal(await misused.ended, 2);
    const empty = styxy(fixture.project, 'up', '--init', '--json');
    assert.equal(await empty.ended, 1);
    assert.equal(JSON.parse(empty.out()).code, 'PROJECT_FILE_MISSING');
  });
});
