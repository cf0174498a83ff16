// Proves what comes of bad input from the command line, config.json, the store's file and the environment: a clear word,
// the right exit status, and nothing lost. What comes over HTTP is proved where the daemon's security is.

import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { AllocateAnswer, AllocationsAnswer } from '../../src/api/schemas.ts';
import type { ConfigAnswer } from '../../src/api/schemas-daemon.ts';
import { type Outcome, openPlace, type Place } from './cli-harness.ts';
import { startDaemon, type TestDaemon } from './daemon-fixture.ts';

/** A message for people: what is wrong, what to do; no stack, nothing that a terminal would obey. */
function assertClear({ stderr, stdout }: Outcome, about: RegExp): void {
  assert.equal(stdout, '');
  assert.match(stderr, /^styxy: [^\n]+\n[^\n]+/, 'a reason and a remedy');
  assert.match(stderr, about);
  assert.doesNotMatch(stderr, /^ +at |bug|Error:|\bundefined\b|\[object/m);
  assert.doesNotMatch(stderr, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
}

/** The same as one document. */
function assertProblem({ stdout, stderr }: Outcome): void {
  assert.equal(stderr, '');
  const { success, code, detail, hint } = JSON.parse(stdout) as Record<string, unknown>;
  assert.equal(success, false);
  for (const text of [code, detail, hint]) assert.match(String(text), /\w/);
  assert.notEqual(code, 'INTERNAL');
  assert.doesNotMatch(stdout, /\\n +at /);
}

interface Refusal {
  readonly args: readonly string[];
  readonly status: 1 | 2 | 3;
  readonly about: RegExp;
  readonly env?: NodeJS.ProcessEnv;
}

async function assertRefused(place: Place, { args, status, about, env = {} }: Refusal): Promise<void> {
  const plain = await place.styxy(args, { env });
  assert.equal(plain.status, status, plain.stderr + plain.stdout);
  assertClear(plain, about);
  const [name = '', ...rest] = args;
  const json = await place.styxy([name, '--json', ...rest], { env });
  assert.equal(json.status, status, json.stderr + json.stdout);
  assertProblem(json);
}

interface Leases {
  readonly count: number;
  readonly allocations: readonly { readonly port: number }[];
}

async function leases(place: Place): Promise<Leases> {
  const { stdout, stderr } = await place.styxy(['list', '--json']);
  assert.equal(stderr, '');
  return JSON.parse(stdout) as Leases;
}

describe('bad arguments', () => {
  let place: Place;
  let held: Leases;
  before(async () => {
    place = openPlace();
    assert.equal((await place.styxy(['allocate', '-s', 'dev', '-n', 'kept', '-q'])).status, 0);
    held = await leases(place);
    assert.equal(held.count, 1);
  });
  after(() => place.close());

  const long = 'x'.repeat(5000);
  const allocate = (...args: string[]): string[] => ['allocate', '-s', 'dev', ...args];
  const cases: readonly (readonly [string, readonly string[], 1 | 2, RegExp])[] = [
    ['a port above all', allocate('-p', '65536'), 2, /65535.*65536/],
    ['port 0', allocate('-p', '0'), 2, /"0"/],
    ['a negative port', allocate('--port=-1'), 2, /"-1"/],
    ['a port with a fraction', allocate('-p', '3000.5'), 2, /3000\.5/],
    ['a hexadecimal port', allocate('-p', '0xbb8'), 2, /0xbb8/],
    ['a port of digits that are no ASCII', allocate('-p', '３０００'), 2, /whole number/],
    ['two ports', allocate('-p', '3001', '-p', '3002'), 2, /more than once/],
    ['a negative term', allocate('--ttl=-5'), 2, /--ttl.*"-5"/],
    ['no term', allocate('--ttl', '0'), 2, /--ttl.*"0"/],
    ['a term for ever', allocate('--ttl', '999999999999'), 2, /--ttl.*2592000/],
    ['a block of none', allocate('--count', '0'), 2, /--count/],
    ['a block too large', allocate('--count', '33'), 2, /--count.*32/],
    ['a pid of 0', allocate('--pid', '0'), 2, /--pid/],
    ['an empty name', allocate('-n', ''), 2, /-n.*empty/],
    ['an empty type', ['allocate', '-s', ''], 2, /-s.*empty/],
    ['an empty project', allocate('--project='), 2, /--project.*empty/],
    ['a name that a terminal obeys', allocate('-n', '\u001b[2Jevil'), 2, /--name/],
    ['a name of two lines', allocate('-n', 'a\nb'), 2, /--name/],
    ['a name that climbs', allocate('-n', '../../etc'), 2, /--name.*"\.\."/],
    ['a name of its own writing direction', allocate('-n', 'a\u202eb'), 2, /--name/],
    ['a name that is too long', allocate('-n', 'x'.repeat(101)), 2, /--name.*100/],
    ['a name that is far too long', allocate('-n', long), 2, /--name/],
    ['a type in capitals', ['allocate', '-s', 'DEV'], 2, /--service.*"DEV"/],
    ['a type with a control character', ['allocate', '-s', 'd\u0007ev'], 2, /--service/],
    ['an instance with a blank', allocate('--instance', 'a b'), 2, /--instance/],
    ['an instance that is a dot segment', allocate('--instance', '..'), 2, /--instance/],
    ['a project that does not exist', allocate('--project', '/nowhere/at/all'), 2, /nowhere.*not exist/],
    ['a project whose path is too long', allocate('--project', `/${long}`), 2, /not exist|too long/],
    ['an instance that a terminal obeys', ['release', '--instance', 'a\u001b[2J'], 2, /instance/],
    ['a lock id that nobody has', ['release', 'deadbeef'], 1, /no live lease.*deadbeef/],
    ['a lock id that is a path', ['release', '../../status'], 1, /no live lease/],
    ['a lock id that is a dot segment', ['release', '..'], 1, /no live lease/],
    ['a lock id that a terminal obeys', ['release', '\u001b]0;x\u0007'], 1, /no live lease/],
    ['port 0 to be released', ['release', '--port', '0'], 2, /--port/],
    ['a port that nobody has', ['release', '--port', '65535'], 1, /65535/],
    ['port 65536 to be checked', ['check', '65536'], 2, /65536/],
    ['a negative port to be checked', ['check', '-1'], 2, /-1/],
    ['a filter that is no type', ['list', '--service', 'No Type'], 2, /--service/],
    ['a command to run that is missing', ['run', '-s', 'dev', '--'], 2, /no command/],
    ['a port for a command to run', ['run', '-p', '99999', '--', 'true'], 2, /99999/],
    ['a name for a command to run', ['run', '-n', 'a\nb', '--', 'true'], 2, /--name/],
    ['a code that a terminal obeys', ['explain', '\u001b[31mX'], 2, /no error code/],
  ];
  for (const [what, args, status, about] of cases) {
    it(`such as ${what} exit with ${status} and say what is wrong`, () =>
      assertRefused(place, { args, status, about }));
  }

  it('change nothing', async () => {
    assert.deepEqual(await leases(place), held);
  });

  it('of STYXY_INSTANCE are refused, and nothing is granted', async () => {
    const env = { STYXY_INSTANCE: 'a b\u001b[2J' };
    await assertRefused(place, {
      args: allocate('-n', 'of-instance'),
      status: 2,
      about: /STYXY_INSTANCE/,
      env,
    });
    assert.deepEqual(await leases(place), held);
  });
});

describe('a bad config.json', () => {
  const RANGE = [29_600, 29_619];
  const GOOD = JSON.stringify({ service_types: { kept: { range: RANGE } } });
  const BAD: Readonly<Record<string, { readonly put: (path: string) => void; readonly about: RegExp }>> = {
    'broken JSON': {
      put: (path) => writeFileSync(path, '{"service_types": {"kept": '),
      about: /missing|expected/,
    },
    'no object': { put: (path) => writeFileSync(path, '[1, 2]'), about: /object/ },
    'empty text': { put: (path) => writeFileSync(path, ''), about: /./ },
    'wrong types': {
      put: (path) => writeFileSync(path, '{"service_types": {"kept": {"range": "29600-29619"}}, "terms": 7}'),
      about: /range|terms|two/,
    },
    'ranges that overlap': {
      put: (path) =>
        writeFileSync(
          path,
          '{"service_types": {"one": {"range": [29600, 29610]}, "two": {"range": [29605, 29619]}}}',
        ),
      about: /overlaps/,
    },
    'a directory': { put: (path) => mkdirSync(path), about: /directory/ },
    'two megabytes': {
      put: (path) => writeFileSync(path, `{"a": "${'x'.repeat(2_000_000)}"}`),
      about: /bytes/,
    },
    'a deep nesting': { put: (path) => writeFileSync(path, '['.repeat(200_000)), about: /./ },
    'bytes that are no UTF-8': {
      put: (path) => writeFileSync(path, Buffer.from([0x7b, 0xff, 0xfe, 0x7d])),
      about: /UTF-8/,
    },
    'a link to nowhere that turns in a circle': {
      put: (path) => symlinkSync(path, path),
      about: /cannot be read/,
    },
  };
  const content = (path: string): string => {
    try {
      return statSync(path).isDirectory() ? 'directory' : readFileSync(path, 'latin1');
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? '';
    }
  };
  const daemons: TestDaemon[] = [];
  after(() => Promise.all(daemons.map((daemon) => daemon.stop())));

  const start = async (options: Parameters<typeof startDaemon>[0]): Promise<TestDaemon> => {
    const daemon = await startDaemon({ isBuilt: true, ...options });
    daemons.push(daemon);
    return daemon;
  };
  const configOf = async (daemon: TestDaemon) => (await daemon.request<ConfigAnswer>('GET', '/config')).body;

  it('counts for nothing where there was a good one, whatever is in it', async () => {
    const daemon = await start({ config: GOOD });
    const key = { service_type: 'kept', service_name: 'web', project_path: '/tmp/bad-config' };
    const first = await daemon.request<AllocateAnswer>('POST', '/allocate', key);
    assert.equal(first.status, 201, first.text);
    for (const [what, { put, about }] of Object.entries(BAD)) {
      await daemon.end();
      rmSync(daemon.home.config, { recursive: true, force: true });
      put(daemon.home.config);
      const before = content(daemon.home.config);
      await daemon.restart();
      const { config, errors } = await configOf(daemon);
      const { kept } = config.service_types as Record<string, { range: number[] }>;
      assert.deepEqual(kept?.range, RANGE, `with ${what} the last good one holds`);
      assert.match(errors.map(({ message, path }) => `${path} ${message}`).join('\n'), about, what);
      const again = await daemon.request<AllocateAnswer>('POST', '/allocate', key);
      assert.deepEqual([again.status, again.body.lock_id], [200, first.body.lock_id], what);
      const health = await daemon.request('GET', '/health');
      assert.equal(health.status, 200, what);
      assert.equal(content(daemon.home.config), before, `${what} is left as it is`);
    }
    await daemon.end();
    rmSync(daemon.home.config, { recursive: true, force: true });
    writeFileSync(daemon.home.config, GOOD);
    await daemon.restart();
    assert.deepEqual((await configOf(daemon)).errors, []);
  });

  for (const [what, { put }] of Object.entries(BAD)) {
    it(`such as ${what} leaves a new daemon with the shipped one`, async () => {
      const daemon = await start({ prepare: (home) => put(home.config) });
      const { errors, config } = await configOf(daemon);
      assert.ok(errors.length > 0);
      const { dev } = config.service_types as Record<string, { range: number[] }>;
      assert.deepEqual(dev?.range, [3000, 3099]);
      const lease = await daemon.request<AllocateAnswer>('POST', '/allocate', { service_type: 'dev' });
      assert.equal(lease.status, 201, lease.text);
      await daemon.end();
    });
  }

  it('is told by commands, with what holds meanwhile', async () => {
    const place = openPlace();
    try {
      mkdirSync(place.home, { mode: 0o700 });
      const path = join(place.home, 'config.json');
      writeFileSync(path, '{"service_types": {"dev": {"range": [3000, 99999]}}}');
      const validated = await place.styxy(['config', 'validate']);
      assert.equal(validated.status, 1);
      assert.match(validated.stdout, /config\.json:1:\d+: service_types\.dev\.range/);
      const shown = await place.styxy(['config', 'show']);
      assert.equal(shown.status, 0);
      assert.match(shown.stderr, /config\.json:1:\d+/);
      assert.match(shown.stdout, /^dev +3000-3099/m);
    } finally {
      await place.close();
    }
  });

  it('says so in the status, where whoever wonders about a setting looks first', async () => {
    const place = openPlace();
    try {
      mkdirSync(place.home, { mode: 0o700 });
      writeFileSync(join(place.home, 'config.json'), '{"service_types": 7}');
      const status = await place.styxy(['status']);
      assert.equal(status.status, 0);
      assert.match(status.stdout, /config\.json/);
    } finally {
      await place.close();
    }
  });
});

describe('a bad store', () => {
  let place: Place;
  let ports: readonly number[];
  const store = (): string => join(place.home, 'state.db');
  const backups = (): string[] =>
    existsSync(join(place.home, 'backups')) ? readdirSync(join(place.home, 'backups')) : [];
  beforeEach(async () => {
    place = openPlace();
    for (const name of ['a', 'b', 'c']) await place.styxy(['allocate', '-s', 'dev', '-n', name, '-q']);
    ports = (await leases(place)).allocations.map(({ port }) => port);
    assert.equal(ports.length, 3);
    await place.styxy(['daemon', 'stop']);
  });
  afterEach(() => place.close());

  it('of a newer version is refused with both versions named, and not touched', async () => {
    const db = new DatabaseSync(store());
    const version = Number(db.prepare('PRAGMA user_version').get()?.user_version);
    db.exec('PRAGMA user_version = 4711');
    db.close();
    const bytes = readFileSync(store());
    const message = /version 4711.*versions? up to \d+\b.*npm install/s;
    for (const args of [['allocate', '-s', 'dev'], ['list'], ['daemon', 'start']])
      await assertRefused(place, { args, status: 3, about: message });
    const foreground = await place.styxy(['daemon', 'run']);
    assert.deepEqual([foreground.status, foreground.stdout], [1, '']);
    assert.match(foreground.stderr, message);
    assert.doesNotMatch(foreground.stderr, /^ +at /m);
    assert.ok(readFileSync(store()).equals(bytes));
    assert.deepEqual(backups(), []);
    const back = new DatabaseSync(store());
    back.exec(`PRAGMA user_version = ${version}`);
    back.close();
    assert.deepEqual(
      (await leases(place)).allocations.map(({ port }) => port),
      ports,
    );
  });

  for (const [what, damage] of Object.entries({
    'that is no database': (path: string) => writeFileSync(path, 'this is not a database\n'.repeat(300)),
    'of which half is gone': (path: string) => truncateSync(path, Math.floor(statSync(path).size / 2)),
    'that was cut within a page': (path: string) => truncateSync(path, statSync(path).size - 1000),
    'of which the first bytes are wrong': (path: string) => {
      const bytes = readFileSync(path);
      bytes.fill(0xff, 0, 64);
      writeFileSync(path, bytes);
    },
  })) {
    it(`${what} is kept as a backup, told of, and never the end of the daemon`, async () => {
      damage(store());
      const bytes = readFileSync(store());
      const next = await place.styxy(['allocate', '-s', 'dev', '-n', 'next', '-q']);
      assert.deepEqual([next.status, next.stderr], [0, '']);
      const kept = backups().map((name) => readFileSync(join(place.home, 'backups', name)));
      assert.ok(
        kept.some((copy) => copy.equals(bytes)),
        `the damaged file is among ${backups().join(', ')}`,
      );
      const status = await place.styxy(['status']);
      assert.match(status.stdout, /[1-9]\d* records? set aside into backups/);
      const { allocations } = await leases(place);
      assert.equal(new Set(allocations.map(({ port }) => port)).size, allocations.length);
      const log = await place.styxy(['daemon', 'logs']);
      assert.match(log.stdout, /WARN .*store/);
    });
  }

  it('that is a directory is named, with what to do, and nothing is lost', async () => {
    const bytes = readFileSync(store());
    rmSync(store());
    mkdirSync(store());
    await assertRefused(place, { args: ['list'], status: 3, about: /state\.db is not a regular file/ });
    rmSync(store(), { recursive: true });
    writeFileSync(store(), bytes, { mode: 0o600 });
    assert.deepEqual(
      (await leases(place)).allocations.map(({ port }) => port),
      ports,
    );
  });

  it('that others may read is named, with what to do, and nothing is lost', async () => {
    chmodSync(store(), 0o644);
    await assertRefused(place, { args: ['list'], status: 3, about: /state\.db.*644.*600/ });
    chmodSync(store(), 0o600);
    assert.deepEqual(
      (await leases(place)).allocations.map(({ port }) => port),
      ports,
    );
  });
});

describe('a bad environment', () => {
  let place: Place;
  before(() => {
    place = openPlace();
  });
  after(() => place.close());

  const allocate = ['allocate', '-s', 'dev', '-q'];
  const cases: readonly (readonly [string, () => NodeJS.ProcessEnv, readonly string[], 1 | 3, RegExp])[] = [
    ['STYXY_HOME of two lines', () => ({ STYXY_HOME: '/tmp/a\nb' }), allocate, 1, /STYXY_HOME is .*\\n/],
    [
      'STYXY_HOME with a name too long',
      () => ({ STYXY_HOME: join(place.dir, 'x'.repeat(300)) }),
      allocate,
      3,
      /too long|NAMETOOLONG/,
    ],
    [
      'STYXY_HOME that is too long',
      () => ({ STYXY_HOME: `${place.dir}${'/xxxxxxx'.repeat(700)}` }),
      allocate,
      3,
      /too long|NAMETOOLONG/,
    ],
    ['STYXY_HOME that is a link to nowhere', () => ({ STYXY_HOME: danglingLink() }), allocate, 3, /dangling/],
    ['STYXY_API_PORT below zero', () => ({ STYXY_API_PORT: '-1' }), allocate, 3, /STYXY_API_PORT is "-1"/],
    [
      'STYXY_API_PORT with a blank',
      () => ({ STYXY_API_PORT: ' 9876' }),
      allocate,
      3,
      /STYXY_API_PORT is " 9876"/,
    ],
    ['STYXY_API_PORT of the system', () => ({ STYXY_API_PORT: '80' }), allocate, 3, /STYXY_API_PORT is "80"/],
    [
      'STYXY_API_PORT in powers of ten',
      () => ({ STYXY_API_PORT: '1e4' }),
      allocate,
      3,
      /STYXY_API_PORT is "1e4"/,
    ],
    ['an empty HOME', () => ({ STYXY_HOME: undefined, HOME: '' }), allocate, 1, /HOME is ""/],
    [
      'a relative HOME',
      () => ({ STYXY_HOME: undefined, HOME: 'here' }),
      ['config', 'path'],
      1,
      /HOME is "here"/,
    ],
  ];
  const danglingLink = (): string => {
    const path = join(place.dir, 'dangling');
    if (!readdirSync(place.dir).includes('dangling')) symlinkSync(join(place.dir, 'nowhere'), path);
    return path;
  };
  for (const [what, env, args, status, about] of cases) {
    it(`such as ${what} exits with ${status} and says what is wrong`, async () => {
      const before = readdirSync(place.dir);
      await assertRefused(place, { args, status, about, env: env() });
      const made = readdirSync(place.dir).filter(
        (name) => !before.includes(name) && !['home', 'dangling'].includes(name),
      );
      assert.deepEqual(made, [], 'nothing is made somewhere else');
    });
  }

  it('such as a HOME that is not set is no hindrance while STYXY_HOME is', async () => {
    const outcome = await place.styxy(allocate, { env: { HOME: undefined } });
    assert.deepEqual([outcome.status, outcome.stderr], [0, '']);
  });

  it('such as a home that cannot be written exits with 3 and says so', {
    skip: process.geteuid?.() === 0 ? 'root may write everywhere' : false,
  }, async () => {
    const closed = place.directory('closed');
    chmodSync(closed, 0o500);
    const env = { STYXY_HOME: join(closed, 'home') };
    await assertRefused(place, { args: allocate, status: 3, about: /may not write/, env });
    chmodSync(closed, 0o700);
  });

  it('such as a path too long for a socket is no hindrance on Linux', {
    skip: process.platform !== 'linux',
  }, async () => {
    const env = { STYXY_HOME: place.directory(`${'deep/'.repeat(30)}home`) };
    const first = await place.styxy(allocate, { env });
    const again = await place.styxy(allocate, { env });
    await place.styxy(['daemon', 'stop'], { env });
    assert.deepEqual([first.status, first.stderr, again.stdout], [0, '', first.stdout]);
  });

  it('such as a STYXY_LOG_LEVEL that is none is told in the log, which has the usual level', async () => {
    const env = { STYXY_LOG_LEVEL: 'shout\u001b[2J\nat all' };
    const own = openPlace();
    try {
      assert.equal((await own.styxy(allocate, { env })).status, 0);
      await own.styxy(['daemon', 'stop']);
      const { stdout } = await own.styxy(['daemon', 'logs']);
      assert.match(stdout, /WARN STYXY_LOG_LEVEL is not a level; info is used .*shout.*debug/);
      assert.match(stdout, /INFO the daemon is ready/);
      assert.doesNotMatch(stdout, /\u001b/);
    } finally {
      await own.close();
    }
  });

  it('such as a locale, a temporary directory and a time zone that do not exist is no hindrance', async () => {
    const env = {
      LANG: 'xx_XX.none',
      LC_ALL: 'nowhere',
      TMPDIR: '/nowhere',
      TZ: 'Mars/Olympus',
      NODE_OPTIONS: '',
    };
    const own = openPlace();
    try {
      const outcome = await own.styxy(allocate, { env });
      assert.deepEqual([outcome.status, outcome.stderr], [0, '']);
      const { allocations } = JSON.parse(
        (await own.styxy(['list', '--json'], { env })).stdout,
      ) as AllocationsAnswer;
      assert.equal(allocations.length, 1);
    } finally {
      await own.close();
    }
  });
});
