// Owns the tests of the daemon's settings: what a change, a mistake and a missing file do to what is in effect.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { whyForbidden } from '../core/catalogue.ts';
import { homeAt } from '../home.ts';
import type { Log } from './logs.ts';
import { loadSettings, type Settings } from './settings.ts';

const withRange = (name: string): string => `{"service_types": {"${name}": {"range": [20000, 20009]}}}`;

interface Desk {
  readonly path: string;
  readonly notes: Map<string, string>;
  load(ownPort?: number | null): Promise<Settings>;
}

function newDesk(t: TestContext): Desk {
  const dir = mkdtempSync(join(tmpdir(), 'styxy-settings-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const home = homeAt(dir);
  const notes = new Map<string, string>();
  const store = {
    readNote: async (name: string) => notes.get(name) ?? null,
    writeNote: async (name: string, value: string) => void notes.set(name, value),
  };
  const silent = (): void => {};
  const log: Log = { debug: silent, info: silent, warn: silent, error: silent, fatal: silent };
  return {
    path: home.config,
    notes,
    load: (ownPort: number | null = 9876) =>
      loadSettings({ home, log, ownPort, onTaken: () => {}, store: () => store }),
  };
}

const has = (settings: Settings, type: string): boolean => {
  settings.answer();
  return settings.catalogue().serviceTypes.has(type);
};

test('a change is in effect for whoever asks, and is remembered', async (t) => {
  const { path, notes, load } = newDesk(t);
  const settings = await load();
  assert.equal(notes.size, 0, 'nothing is to be remembered while everything is as shipped');
  writeFileSync(path, withRange('one'));
  assert.equal(has(settings, 'one'), true);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(JSON.parse([...notes.values()][0] ?? ''), JSON.parse(withRange('one')));
});

test('a mistake is shown at once and changes nothing, also at the next start', async (t) => {
  const { path, load } = newDesk(t);
  writeFileSync(path, withRange('one'));
  const settings = await load();
  writeFileSync(path, '{"service_types": ');
  assert.equal(has(settings, 'one'), true);
  assert.equal(settings.answer().errors.length > 0, true);
  const next = await load();
  assert.equal(has(next, 'one'), true);
  assert.equal(next.answer().sources['service_types.one.range'], 'last-good');
});

test('a file that is missing for a moment changes nothing', async (t) => {
  const { path, load } = newDesk(t);
  writeFileSync(path, withRange('one'));
  const settings = await load();
  rmSync(path);
  assert.equal(has(settings, 'one'), true);
  assert.equal(has(settings, 'one'), true, 'however often somebody asks');
  writeFileSync(path, withRange('two'));
  assert.deepEqual([has(settings, 'one'), has(settings, 'two')], [false, true]);
});

test('the ports of the daemon itself stay in the catalogue', async (t) => {
  const { path, load } = newDesk(t);
  const settings = await load();
  settings.addOwnPort(20_100);
  writeFileSync(path, withRange('one'));
  settings.answer();
  const { ownPorts } = settings.catalogue();
  assert.deepEqual([ownPorts.has(9876), ownPorts.has(20_100)], [true, true]);
});

test('the usual port of a daemon is granted to nobody, also where this one has another', async (t) => {
  const { load } = newDesk(t);
  for (const ownPort of [null, 9900]) {
    const settings = await load(ownPort);
    assert.equal(whyForbidden(settings.catalogue(), 'tcp', 9876), "it is Styxy's own");
  }
});

test('what the last good configuration loses by another port of the daemon is said', async (t) => {
  const { path, load } = newDesk(t);
  writeFileSync(path, withRange('one'));
  await load();
  writeFileSync(path, '{"service_types": ');
  assert.equal((await load()).answer().last_good_problem, null);
  const other = await load(20_005);
  assert.equal(has(other, 'one'), false);
  assert.match(
    other.answer().last_good_problem ?? '',
    /20000–20009 of "one" holds 20005, the port of Styxy itself/,
  );
  assert.equal(other.answer().warnings[0], other.answer().last_good_problem);
});
