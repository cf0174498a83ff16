// Owns the tests of loading config.json from disk, whatever lies in its place.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { shippedConfig } from './config-schema.ts';
import { type LoadConfigOptions, loadConfig } from './load-config.ts';

const GOOD = '{"terms": {"lease_ttl_seconds": 60}} // mine\n';

function optionsFor(t: TestContext, content?: string | Uint8Array): LoadConfigOptions {
  const dir = mkdtempSync(join(tmpdir(), 'styxy-config-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const path = join(dir, 'config.json');
  if (content !== undefined) writeFileSync(path, content);
  return { path, lastGood: null, ephemeral: { start: 32_768, end: 60_999 }, ownPort: 9876 };
}

test('a missing file is the shipped configuration', (t) => {
  const loaded = loadConfig(optionsFor(t));
  assert.deepEqual(loaded.config, shippedConfig());
  assert.deepEqual([loaded.errors, loaded.warnings, loaded.goodText], [[], [], '{}']);
  assert.equal(loaded.isMissing, true);
  assert.deepEqual(new Set(loaded.sources.values()), new Set(['default']));
});

test('what keeps nobody from harm any more is told', (t) => {
  const file = '{"recovery": {"port_conflict": {"enabled": false}, "health_monitoring": {"enabled": false}}}';
  const { errors, warnings } = loadConfig(optionsFor(t, file));
  assert.deepEqual(errors, []);
  assert.match(warnings[0] ?? '', /not tried before they are granted \(recovery\.port_conflict\)/);
  assert.match(warnings[1] ?? '', /not watched \(recovery\.health_monitoring\.enabled\)/);
});

test('a right file counts, is remembered, and each value says where it is from', (t) => {
  for (const prefix of ['', '\ufeff']) {
    const loaded = loadConfig(optionsFor(t, prefix + GOOD));
    assert.equal(loaded.config.terms.lease_ttl_seconds, 60);
    assert.deepEqual(JSON.parse(loaded.goodText ?? ''), { terms: { lease_ttl_seconds: 60 } });
    assert.equal(loaded.sources.get('terms.lease_ttl_seconds'), 'config.json');
    assert.equal(loaded.sources.get('terms.instance_ttl_seconds'), 'default');
    assert.equal(loaded.sources.get('service_types.dev.range'), 'default');
  }
});

test('a link to the file is followed', (t) => {
  const options = optionsFor(t);
  writeFileSync(`${options.path}.real`, GOOD);
  symlinkSync(`${options.path}.real`, options.path);
  assert.equal(loadConfig(options).config.terms.lease_ttl_seconds, 60);
});

test('a broken file gives the last good configuration, else the shipped one, and is left as it is', (t) => {
  const broken: [name: string, content: string | Uint8Array, message: RegExp][] = [
    ['broken syntax', '{"terms": ', /expected/],
    ['a bad value', '{"terms": {"lease_ttl_seconds": "soon"}}', /whole number/],
    ['an empty file', '', /empty/],
    ['bytes that are not UTF-8', Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d), /not UTF-8/],
    ['UTF-16', Buffer.from(GOOD, 'utf16le'), /.+/],
    ['10 MB', '/'.repeat(10_000_000), /10000000 bytes/],
  ];
  for (const [name, content, message] of broken) {
    const options = optionsFor(t, content);
    const before = readFileSync(options.path);
    for (const lastGood of [null, GOOD, 'no JSON either', '{"terms": {"lease_ttl_seconds": 0}}']) {
      const loaded = loadConfig({ ...options, lastGood });
      assert.match(loaded.errors[0]?.message ?? '', message, name);
      assert.equal(loaded.goodText, null, name);
      const isKept = lastGood === GOOD;
      assert.equal(loaded.config.terms.lease_ttl_seconds, isKept ? 60 : 3600, name);
      assert.equal(loaded.sources.get('terms.lease_ttl_seconds'), isKept ? 'last-good' : 'default', name);
    }
    assert.deepEqual(readFileSync(options.path), before, name);
  }
});

test('a directory, a pipe and an unreadable file are mistakes, and nobody waits for them', (t) => {
  const directory = optionsFor(t);
  mkdirSync(directory.path);
  assert.match(loadConfig(directory).errors[0]?.message ?? '', /directory/);
  if (process.platform === 'win32') return;
  const pipe = optionsFor(t);
  execFileSync('mkfifo', [pipe.path]);
  assert.match(loadConfig(pipe).errors[0]?.message ?? '', /regular file/);
  const loop = optionsFor(t);
  symlinkSync(loop.path, loop.path);
  assert.match(loadConfig(loop).errors[0]?.message ?? '', /cannot be read/);
});

test('a file without permission is a mistake', {
  skip: process.geteuid?.() === 0 && 'root may read everything',
}, (t) => {
  const options = optionsFor(t, GOOD);
  chmodSync(options.path, 0);
  assert.match(loadConfig({ ...options, lastGood: GOOD }).errors[0]?.message ?? '', /cannot be read/);
});

test('shipped ranges among the ports of the system are a warning, not a mistake', (t) => {
  const loaded = loadConfig({ ...optionsFor(t), ephemeral: { start: 10_000, end: 60_999 } });
  assert.deepEqual(loaded.errors, []);
  assert.equal(loaded.warnings.length, 1);
  assert.match(loaded.warnings[0] ?? '', /11400–11499 of "ai"/);
});

test('a port guide stands between the shipped ranges and the file', (t) => {
  const options = optionsFor(
    t,
    '{"port_guide": "PORTS.md", "service_types": {"api": {"range": [20000, 20099]}}}',
  );
  const guide = join(dirname(options.path), 'PORTS.md');
  writeFileSync(guide, '| dev | 21000-21099 |\n| api | 21100-21199 |\n- grpc: 21200-21249\n');
  const loaded = loadConfig(options);
  assert.deepEqual([loaded.errors, loaded.warnings], [[], []]);
  assert.equal(loaded.guide, guide);
  assert.deepEqual(loaded.config.service_types.dev?.range, [21_000, 21_099]);
  assert.deepEqual(loaded.config.service_types.api?.range, [20_000, 20_099]);
  const sourceOf = (path: string) => loaded.sources.get(path);
  assert.equal(sourceOf('service_types.dev.range'), 'port_guide');
  assert.equal(sourceOf('service_types.dev.instance_behavior'), 'default');
  assert.equal(sourceOf('service_types.api.range'), 'config.json');
  assert.equal(sourceOf('service_types.grpc.range'), 'port_guide');

  // What was right is remembered whole, also for a time when the guide is not there.
  rmSync(guide);
  const later = loadConfig({ ...options, lastGood: loaded.goodText });
  assert.match(later.errors[0]?.message ?? '', /PORTS\.md: the file does not exist; correct the path/);
  assert.deepEqual(later.config, loaded.config);
  assert.equal(later.sources.get('service_types.grpc.range'), 'last-good');
});

test('the mistakes of a port guide are mistakes of the file that names it', (t) => {
  const options = optionsFor(t, '{\n  "port_guide": "PORTS.md"\n}');
  const guide = join(dirname(options.path), 'PORTS.md');
  const at = { line: 2, column: 17, path: 'port_guide' };
  const cases: [text: string, message: RegExp][] = [
    ['- web: 3050-3060', /^PORTS\.md:1: 3050–3060 of "web" overlaps 3000–3099 of "dev", which is shipped/],
    ['\n- web: 40000-40010', /^PORTS\.md:2: 40000–40010 of "web" reaches into 32768–60999/],
    ['- web: 9876-9880', /^PORTS\.md:1: 9876–9880 of "web" holds 9876, the port of Styxy itself/],
    ['- web: 80-90', /^PORTS\.md:1: 80–90 of "web" must lie within 1024–65535/],
    ['Nothing.', /no service types with ranges/],
  ];
  for (const [text, message] of cases) {
    writeFileSync(guide, text);
    const [error] = loadConfig(options).errors;
    assert.match(error?.message ?? '', message);
    assert.deepEqual({ ...error, message: '' }, { ...at, message: '' });
  }
});

test('a line of a port guide that was not understood is a warning', (t) => {
  const options = optionsFor(t, '{"port_guide": "PORTS.md"}');
  writeFileSync(join(dirname(options.path), 'PORTS.md'), '- web: 21000-21009\n| redis | 6379 |\n');
  const { errors, warnings } = loadConfig(options);
  assert.deepEqual(errors, []);
  assert.match(warnings[0] ?? '', /not understood at PORTS\.md:2: this is a single port/);
});

test('a link that leads nowhere is a mistake, not a missing file', (t) => {
  const options = optionsFor(t);
  symlinkSync(`${options.path}.real`, options.path);
  const loaded = loadConfig({ ...options, lastGood: GOOD });
  assert.match(loaded.errors[0]?.message ?? '', /link to a file that does not exist/);
  assert.equal(loaded.config.terms.lease_ttl_seconds, 60);
});

test('nothing that the file names is run unless somebody asks for that', (t) => {
  const options = optionsFor(t, '{"auto_allocation": {"placement": "module", "placement_module": "own.js"}}');
  writeFileSync(join(dirname(options.path), 'own.js'), "throw new Error('it ran')", { mode: 0o600 });
  const looked = loadConfig(options);
  assert.deepEqual([looked.errors, looked.warnings, looked.module?.placement], [[], [], null]);
  const started = loadConfig({ ...options, start: { former: null } });
  assert.match(started.warnings[0] ?? '', /it threw Error: it ran/);
});

test('what of the last good configuration no longer fits is left out alone, with the reason', (t) => {
  const options = optionsFor(t, '{"terms": ');
  const load = (lastGood: string) => loadConfig({ ...options, lastGood });
  const terms = { lease_ttl_seconds: 60 };
  const right = load(JSON.stringify({ terms, service_types: { web: { range: [20_000, 20_009] } } }));
  assert.deepEqual([right.lastGoodProblem, right.warnings], [null, []]);

  const types = {
    one: { range: [9870, 9880], preferred_ports: [9871] },
    two: { range: [32_000, 33_000] },
    dev: { range: [40_000, 40_100] },
    three: { range: [3000, 3009] },
    four: { range: [20_000, 20_009] },
  };
  const { config, sources, lastGoodProblem, warnings } = load(
    JSON.stringify({ terms, service_types: types }),
  );
  assert.equal(config.terms.lease_ttl_seconds, 60);
  assert.equal(sources.get('terms.lease_ttl_seconds'), 'last-good');
  assert.deepEqual(config.service_types.four?.range, [20_000, 20_009]);
  assert.deepEqual(config.service_types.dev?.range, shippedConfig().service_types.dev?.range);
  for (const gone of ['one', 'two', 'three']) assert.equal(config.service_types[gone], undefined, gone);
  assert.match(
    lastGoodProblem ?? '',
    /left out what no longer fits: service_types\.one\.range: 9870–9880 of "one" holds 9876/,
  );
  assert.match(
    lastGoodProblem ?? '',
    /service_types\.two\.range: 32000–33000 of "two" reaches into 32768–60999/,
  );
  assert.equal(warnings[0], lastGoodProblem);

  const lost = load('no JSON either');
  assert.deepEqual(lost.config, shippedConfig());
  assert.match(lost.lastGoodProblem ?? '', /cannot be used, so that the shipped one holds: ./);
});
