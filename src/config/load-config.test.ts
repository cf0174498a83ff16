// Owns the tests of loading config.json from disk, whatever lies in its place.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { shippedConfig } from './config-schema.ts';
import { type LoadConfigOptions, loadConfig } from './load-config.ts';

const GOOD = '{"terms": {"lease_ttl_seconds": 60}} // mine\n';

function optionsFor(t: TestContext, content?: string | Uint8Array): LoadConfigOptions {
  const dir = mkdtempSync(join(tmpdir(), 'styxy-config-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const path = join(dir, 'config.json');
  if (content !== undefined) writeFileSync(path, content);
  return { path, lastGood: null, ephemeralStart: 32_768, ownPort: 9876 };
}

test('a missing file is the shipped configuration', (t) => {
  const loaded = loadConfig(optionsFor(t));
  assert.deepEqual(loaded.config, shippedConfig());
  assert.deepEqual([loaded.errors, loaded.warnings, loaded.goodText], [[], [], null]);
  assert.deepEqual(new Set(loaded.sources.values()), new Set(['default']));
});

test('a right file counts, is remembered, and each value says where it is from', (t) => {
  for (const prefix of ['', '\ufeff']) {
    const loaded = loadConfig(optionsFor(t, prefix + GOOD));
    assert.equal(loaded.config.terms.lease_ttl_seconds, 60);
    assert.equal(loaded.goodText, GOOD);
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
  const loaded = loadConfig({ ...optionsFor(t), ephemeralStart: 10_000 });
  assert.deepEqual(loaded.errors, []);
  assert.equal(loaded.warnings.length, 1);
  assert.match(loaded.warnings[0] ?? '', /11400–11499 of "ai"/);
});
