import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Command } from '../../src/cli/command.ts';
import { COMMANDS } from '../../src/cli/registry.ts';
import { SHIPPED_SERVICE_TYPES } from '../../src/config/shipped-catalogue.ts';
import { type Outcome, openPlace, type Place, PROGRAM, runProgram } from './cli-harness.ts';

let place: Place;
before(() => {
  place = openPlace();
});
after(() => place.close());

function git(cwd: string, ...args: string[]): void {
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
    cwd,
    stdio: 'ignore',
  });
}

/** The one JSON document that an output holds. */
function document(outcome: Outcome): Record<string, unknown> {
  return JSON.parse(outcome.stdout) as Record<string, unknown>;
}

async function allocate(args: readonly string[], cwd: string): Promise<number> {
  const { status, stdout, stderr } = await place.styxy(['allocate', '-q', ...args], { cwd });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^\d+\n$/);
  return Number(stdout);
}

describe('allocate', () => {
  it('starts a daemon where none runs, in any directory', async () => {
    const port = await allocate(['-s', 'dev'], place.directory('anywhere'));
    assert.ok(port >= 3000 && port <= 3099);
    const info = JSON.parse(readFileSync(join(place.home, 'daemon.json'), 'utf8')) as { pid: number };
    // It shares neither session nor directory with whoever started it.
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${info.pid}/stat`, 'latin1');
      assert.equal(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3], String(info.pid));
      assert.equal(execFileSync('readlink', [`/proc/${info.pid}/cwd`], { encoding: 'utf8' }).trim(), '/');
    }
  });

  it('gives two worktrees two ports, and each the same again after release and restart', async () => {
    const main = place.directory('shop/main');
    git(main, 'init', '--quiet');
    git(main, 'commit', '--quiet', '--allow-empty', '-m', 'first');
    const linked = join(place.dir, 'shop/linked');
    git(main, 'worktree', 'add', '--quiet', linked);
    const [a, b] = [await allocate(['-s', 'api'], main), await allocate(['-s', 'api'], linked)];
    assert.notEqual(a, b);
    assert.equal(await allocate(['-s', 'api'], main), a);
    assert.equal((await place.styxy(['release', '--project', linked], { cwd: main })).status, 0);
    assert.equal(await allocate(['-s', 'api'], linked), b);
    assert.equal((await place.styxy(['daemon', 'restart'])).status, 0);
    assert.deepEqual([await allocate(['-s', 'api'], main), await allocate(['-s', 'api'], linked)], [a, b]);
  });

  it('answers in sentences, as one document, or with the port alone', async () => {
    const cwd = place.directory('forms');
    const plain = await place.styxy(['alloc', '-s', 'docs', '-n', 'guide'], { cwd });
    assert.match(
      plain.stdout,
      /^Port 41\d\d: docs guide of .*forms, http:\/\/guide\.forms\.localhost:41\d\d\nLease \w+\n$/,
    );
    assert.notEqual(plain.stderr, '');
    const json = await place.styxy(['allocate', '-s', 'docs', '-n', 'guide', '--json'], { cwd });
    const lease = document(json);
    assert.deepEqual([lease.existing, lease.service_name, lease.project_path], [true, 'guide', cwd]);
    assert.equal(json.stderr, '');
    const block = await place.styxy(['allocate', '-s', 'test', '-n', 'shards', '--count', '3', '--json'], {
      cwd,
    });
    assert.equal((document(block).ports as number[]).length, 3);
  });

  it('is refused with the reason, the remedy and status 1', async () => {
    const cwd = place.directory('refused');
    const held = await allocate(['-s', 'dev', '-n', 'a'], cwd);
    const args = ['allocate', '-s', 'dev', '-n', 'b', '-p', String(held), '--exact'];
    const plain = await place.styxy(args, { cwd });
    assert.deepEqual([plain.status, plain.stdout], [1, '']);
    assert.match(plain.stderr, new RegExp(`^styxy: .*${held}.*\n.+\n$`, 'i'));
    const json = await place.styxy([...args, '--json'], { cwd });
    assert.deepEqual([json.status, document(json).code, json.stderr], [1, 'PORT_UNAVAILABLE', '']);
    const unknown = await place.styxy(['allocate', '-s', 'apj', '-n', 'c'], { cwd });
    assert.equal(unknown.status, 0);
    assert.match(unknown.stderr, /apj was not known and has the range \d+–\d+ now: did you mean api\?/);
  });
});

describe('check', () => {
  it('exits with 0 for a free port, and 1 for a taken one, saying who and what to do', async () => {
    const free = await place.styxy(['check', '3098']);
    assert.equal(free.status, 0, free.stdout);
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const taken = await place.styxy(['check', String(port)]);
    const json = await place.styxy(['check', String(port), '--json']);
    server.close();
    assert.equal(taken.status, 1);
    assert.match(
      taken.stdout,
      new RegExp(
        `^This is a port conflict and no bug in your code: port ${port} is held by node \\(pid ${process.pid}\\)`,
      ),
    );
    assert.match(taken.stdout, /styxy allocate/);
    assert.deepEqual([json.status, document(json).available], [1, false]);
    const cwd = place.directory('check');
    const leased = await allocate(['-s', 'dev', '-n', 'leased'], cwd);
    const held = await place.styxy(['check', String(leased)]);
    assert.match(
      held.stdout,
      /^This is a port conflict and no bug in your code: port \d+ is leased to leased of .*check, since .*, and nobody listens there yet\. Leave it alone, and run `styxy run/,
    );
    assert.equal(held.status, 1);
    const own = await place.styxy(['check', String(leased)], { cwd });
    assert.match(own.stdout, /^Port \d+ is leased to your own project, leased of .*check, since/);
    assert.equal(own.status, 1);
  });
});

describe('list and release', () => {
  it('show and end leases by id, port and instance', async () => {
    const cwd = place.directory('shown');
    const port = await allocate(['-s', 'ui', '-n', 'desk'], cwd);
    const here = await place.styxy(['list', '--here', '-v'], { cwd });
    assert.match(here.stdout, /shown\n {2}PORT .*LOCK ID/);
    assert.match(here.stdout, new RegExp(`^ +${port} +desk +ui +reserved`, 'm'));
    const { allocations } = document(await place.styxy(['ls', '--here', '--json'], { cwd })) as {
      allocations: { lock_id: string }[];
    };
    assert.equal(allocations.length, 1);
    const released = await place.styxy(['release', allocations[0]?.lock_id ?? '', '--json'], { cwd });
    assert.deepEqual([released.status, document(released).port], [0, port]);
    const again = await place.styxy(['release', '--port', String(port)], { cwd });
    assert.equal(again.status, 1);
    const env = { STYXY_INSTANCE: 'agent-7' };
    await place.styxy(['allocate', '-s', 'ui', '-n', 'one', '-q'], { cwd, env });
    await place.styxy(['allocate', '-s', 'ui', '-n', 'two', '-q'], { cwd, env });
    assert.match((await place.styxy(['instances'])).stdout, /^agent-7 .* 2 /m);
    assert.equal(
      document(await place.styxy(['release', '--instance', 'agent-7', '--json'], { cwd })).count,
      2,
    );
    assert.match((await place.styxy(['list', '--here'], { cwd })).stdout, /^No lease matches\.\n$/);
  });

  it('tell of several releases which failed', async () => {
    const cwd = place.directory('several');
    const lease = document(await place.styxy(['allocate', '-s', 'hub', '--json'], { cwd }));
    const outcome = await place.styxy(['release', 'f'.repeat(32), String(lease.lock_id), '--json'], { cwd });
    const problem = document(outcome) as { code: string; released: { port: number }[] };
    assert.deepEqual(
      [outcome.status, problem.code, problem.released[0]?.port],
      [1, 'LEASE_NOT_FOUND', lease.port],
    );
  });
});

describe('a closed standard output', () => {
  it('ends a command quietly, with its own status', async () => {
    const program = `"${process.execPath}" "${PROGRAM}"`;
    const script = `{ ${program} list -v; echo "status $?" >&2; } | head -0; ${program} --help | head -1`;
    const outcome = await runProgram('bash', ['-c', script], { cwd: place.dir, env: place.env });
    assert.deepEqual([outcome.status, outcome.stderr], [0, 'status 0\n']);
  });
});

describe('a standard output that cannot be written', () => {
  it('fails the command, whose data is lost', { skip: process.platform !== 'linux' }, async () => {
    const script = `"${process.execPath}" "${PROGRAM}" list > /dev/full`;
    const outcome = await runProgram('bash', ['-c', script], { cwd: place.dir, env: place.env });
    assert.deepEqual(
      [outcome.status, outcome.stderr],
      [1, 'styxy: standard output cannot be written (ENOSPC)\n'],
    );
  });
});

describe('wrong usage', () => {
  for (const [args, suggestion] of [
    [['alocate'], /styxy allocate/],
    [['lsit'], /styxy list/],
    [['banana'], /--help/],
    [['list', '--verbsoe'], /--verbose/],
    [['daemon', 'strat'], /styxy daemon start/],
    [['daemon', 'bogus'], /styxy daemon --help/],
    [['daemon', 'log'], /styxy daemon logs/],
    [['daemon'], /start, stop, restart/],
    [['allocate'], /-s TYPE is missing/],
    [['allocate', '-s', 'dev', '-p', '70000'], /70000/],
    [['allocate', '-s', 'dev', '--exact'], /--exact needs a port/],
    [['check'], /PORT is missing/],
    [['check', 'http'], /"http"/],
    [['release'], /lock ids/],
    [['release', 'x', '--port', '3000'], /one of/],
    [['explain', 'STORE_FUL'], /STORE_FULL/],
    [['--bogus'], /--bogus/],
  ] as const) {
    it(`exits with 2 and says what was meant: styxy ${args.join(' ')}`, async () => {
      const plain = await place.styxy(args);
      assert.deepEqual([plain.status, plain.stdout], [2, '']);
      assert.match(plain.stderr, suggestion);
      const json = await place.styxy([...args, '--json']);
      assert.deepEqual([json.status, document(json).code, json.stderr], [2, 'INVALID_REQUEST', '']);
    });
  }
});

describe('help', () => {
  const paths = (commands: readonly Command[], path: readonly string[] = []): string[][] =>
    commands.flatMap(({ name, subcommands = [] }) => [
      [...path, name],
      ...paths(subcommands, [...path, name]),
    ]);

  for (const path of paths(COMMANDS)) {
    it(`of ${path.join(' ')} has a summary and an example`, async () => {
      const { status, stdout, stderr } = await place.styxy([...path, '--help']);
      assert.deepEqual([status, stderr], [0, '']);
      assert.match(stdout, /^[A-Z].*\.\n[\s\S]*^Examples\n {2}\S*.*styxy /m);
    });
  }

  it('starts no daemon and needs no home', async () => {
    const env = { STYXY_HOME: join(place.dir, 'untouched') };
    for (const args of [
      ['--help'],
      ['help', 'list'],
      ['allocate', '-h'],
      ['--version'],
      ['explain'],
      ['config', 'path'],
    ])
      assert.equal((await place.styxy(args, { env })).status, 0, args.join(' '));
    assert.equal(existsSync(env.STYXY_HOME), false);
  });
});

describe('config', () => {
  it('shows types, templates and sources, and names mistakes with their place', async () => {
    const shown = await place.styxy(['config', 'show']);
    assert.match(shown.stdout, /^dev +3000-3099 +multi/m);
    assert.match(shown.stdout, /^terms\.lease_ttl_seconds +3600/m);
    const starts = (await place.styxy(['config', 'instances'])).stdout;
    assert.match(starts, /^dev +3000 +3001 +3002 +3003$/m);
    const { templates } = JSON.parse((await place.styxy(['config', 'instances', '--json'])).stdout);
    for (const [name, { preferred_ports: ports }] of Object.entries(SHIPPED_SERVICE_TYPES)) {
      // From the n-th preferred port on, whichever template is the n-th.
      assert.match(starts, new RegExp(`^${name} +${ports.join(' +')}$`, 'm'));
      const told = templates.map((template: { ports: Record<string, number> }) => template.ports[name]);
      assert.deepEqual(told, ports, name);
    }
    const file = (await place.styxy(['config', 'path'])).stdout.trim();
    assert.equal((await place.styxy(['config', 'validate'])).status, 0);
    writeFileSync(file, '{\n  // a comment\n  "service_types": {"dev": {"range": [3000, 70000]}}\n}\n');
    const wrong = await place.styxy(['config', 'validate']);
    assert.equal(wrong.status, 1);
    assert.match(wrong.stdout, /config\.json:3:\d+: service_types\.dev\.range/);
    const json = document(await place.styxy(['config', 'validate', file, '--json'])) as {
      errors: { line: number }[];
    };
    assert.deepEqual([json.errors.length > 0, json.errors[0]?.line], [true, 3]);
    rmSync(file);
    assert.equal((await place.styxy(['config', 'validate', file])).status, 1);
  });

  it('is validated without running what it names', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'styxy-validate-'));
    try {
      const file = join(dir, 'sent.json');
      writeFileSync(file, '{"auto_allocation": {"placement": "module", "placement_module": "sent.js"}}');
      // Had it been started, a note would say what it threw.
      writeFileSync(join(dir, 'sent.js'), "throw new Error('it ran')", { mode: 0o600 });
      const { status, stderr } = await place.styxy(['config', 'validate', file]);
      assert.deepEqual([status, stderr], [0, '']);
      writeFileSync(join(dir, 'sent.js'), 'module.exports = (');
      const mistaken = await place.styxy(['config', 'validate', file]);
      assert.match(mistaken.stderr, /^Note: .*sent\.js is not used: SyntaxError/);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  it('is validated from standard input too', async () => {
    for (const [input, status, said] of [
      ['{"service_types": {"grpc": {"range": [12000, 12049]}}}', 0, /^standard input is right\.\n$/],
      ['{"service_types":\n {"grpc": {"range": [80, 90]}}}', 1, /^standard input:2:\d+: service_types\.grpc/],
      ['\u{feff}{}', 0, /is right/],
      ['{', 1, /^standard input:1:/],
    ] as const) {
      const checked = await place.styxy(['config', 'validate', '-'], { input });
      assert.equal(checked.status, status, checked.stderr);
      assert.match(checked.stdout, said);
    }
  });
});

describe('--json', () => {
  for (const args of [
    ['status'],
    ['list'],
    ['instances'],
    ['instances', 'register', '--id', 'json-1'],
    ['instances', 'heartbeat', 'json-1'],
    ['instances', 'retire', 'json-1'],
    ['instances', 'heartbeat', 'nobody'],
    ['cleanup', '--dry-run'],
    ['config', 'show'],
    ['config', 'path'],
    ['config', 'instances'],
    ['config', 'validate'],
    ['daemon', 'status'],
    ['daemon', 'start'],
    ['daemon', 'logs'],
    ['token', 'rotate'],
    ['explain'],
    ['explain', 'STORE_FULL'],
    ['--version'],
    ['check', '3098'],
  ] as const) {
    it(`prints one document and nothing else: styxy ${args.join(' ')}`, async () => {
      const outcome = await place.styxy([...args, '--json']);
      assert.equal(typeof document(outcome), 'object');
      assert.equal(outcome.stderr, '');
      assert.equal(outcome.status, args.includes('nobody' as never) ? 1 : 0);
    });
  }
});
