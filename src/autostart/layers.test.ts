import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { factsFor } from '../../test/fixtures/autostart-facts.ts';
import type { FileState } from './installed-file.ts';
import { isInstalled, type Layer, layersOf, type Sight } from './layers.ts';
import { autostartPlan } from './plan.ts';
import type { UnitState } from './unit-state.ts';

const facts = factsFor();
const PATHS = autostartPlan(facts).files.map(({ path }) => path);

function filesIn(state: FileState): Map<string, FileState> {
  return new Map(PATHS.map((path) => [path, state]));
}

const ACTIVE: UnitState = {
  LoadState: 'loaded',
  ActiveState: 'active',
  UnitFileState: 'enabled',
  Result: 'success',
};
const UNITS: Readonly<Record<string, UnitState>> = {
  'styxy.service': {
    ...ACTIVE,
    MainPID: '10',
    NRestarts: '2',
    WatchdogUSec: '1min',
    WatchdogTimestampMonotonic: '95000000',
  },
  'styxy.socket': ACTIVE,
  'styxy-check.service': { ...ACTIVE, ActiveState: 'inactive', UnitFileState: 'static' },
  'styxy-check.timer': { ...ACTIVE, NextElapseUSecMonotonic: '1min 50s' },
};

function sight(more: Partial<Sight> = {}, units: Record<string, UnitState> = {}): Sight {
  return {
    place: facts.place,
    files: filesIn('current'),
    missingPrograms: [],
    units: new Map(Object.entries({ ...UNITS, ...units })),
    unreachable: { detail: 'no manager', remedy: 'log in' },
    lingers: true,
    daemon: { pid: 10, version: '0.1.0' },
    nowUs: 100_000_000,
    ...more,
  };
}

const layer = (name: string, seen: Sight): Layer | undefined =>
  layersOf(seen).find((each) => each.name === name);
const troubles = (seen: Sight): string[] =>
  layersOf(seen).flatMap(({ name, state }) => (state === 'trouble' ? [name] : []));

describe('the layers of an autostart', () => {
  it('are all well where they are', () => {
    assert.deepEqual(
      layersOf(sight()).map(({ name, state, detail }) => [name, state, detail]),
      [
        ['files', 'ok', '4 as they should be'],
        ['systemd', 'ok', 'reachable'],
        ['socket', 'ok', 'listens'],
        ['service', 'ok', 'runs, pid 10, started again 2 times by itself'],
        ['watchdog', 'ok', 'last heard 5 s ago, may be silent for 60 s'],
        ['check', 'ok', 'every five minutes, next in 10 s'],
        ['without a login', 'ok', 'runs from the start of the machine on'],
        ['daemon', 'ok', 'answers: version 0.1.0, pid 10'],
      ],
    );
  });

  it('are two where nothing is installed, and neither is a trouble', () => {
    const seen = sight({ files: filesIn('missing'), daemon: null });
    assert.deepEqual(
      layersOf(seen).map(({ name, state }) => [name, state]),
      [
        ['files', 'off'],
        ['daemon', 'off'],
      ],
    );
    assert.equal(isInstalled(seen), false);
  });

  it('tell of a file that is missing, old, changed or not ours', () => {
    const [first = '', ...rest] = PATHS;
    for (const [state, said] of [
      ['missing', 'styxy.service is missing'],
      ['edited', 'styxy.service is changed by hand'],
      ['foreign', 'styxy.service is not ours'],
    ] as const) {
      const files = new Map<string, FileState>([
        [first, state],
        ...rest.map((path): [string, FileState] => [path, 'current']),
      ]);
      assert.deepEqual(
        [layer('files', sight({ files }))?.state, layer('files', sight({ files }))?.detail],
        ['trouble', said],
      );
    }
  });

  it('take files of another Node for well while it is there, and for a trouble once it is gone', () => {
    const outdated = { files: filesIn('outdated') };
    const there = layer('files', sight(outdated));
    assert.deepEqual([there?.state, there?.remedy?.startsWith('`styxy autostart install`')], ['ok', true]);
    const gone = layer('files', sight({ ...outdated, missingPrograms: ['/old/node'] }));
    assert.deepEqual([gone?.state, gone?.detail], ['trouble', '/old/node is not there any more']);
    // Where the files say nothing of it, an old one is told.
    assert.equal(layer('files', sight({ ...outdated, missingPrograms: null }))?.state, 'trouble');
    assert.equal(layer('files', sight({ missingPrograms: ['/old/node'] }))?.state, 'trouble');
  });

  it('say of the manager that is not there what to do, and guess nothing of the units', () => {
    const seen = sight({ units: null });
    assert.deepEqual(troubles(seen), ['systemd']);
    assert.equal(layer('systemd', seen)?.remedy, 'log in');
    assert.equal(layer('service', seen), undefined);
  });

  it('tell of a unit that is off, failed, not enabled or unknown', () => {
    const off = { ...ACTIVE, ActiveState: 'inactive' };
    assert.deepEqual(troubles(sight({}, { 'styxy.socket': off, 'styxy-check.timer': off })), [
      'socket',
      'check',
    ]);
    const failed = { ...ACTIVE, Id: 'styxy.service', ActiveState: 'failed', Result: 'exit-code' };
    const seen = sight({ daemon: null }, { 'styxy.service': failed });
    assert.deepEqual(troubles(seen), ['service', 'daemon']);
    assert.match(layer('service', seen)?.remedy ?? '', /journalctl --user -u styxy\.service/);
    assert.match(
      layer('socket', sight({}, { 'styxy.socket': { ...ACTIVE, UnitFileState: 'disabled' } }))?.detail ?? '',
      /not enabled/,
    );
    assert.match(
      layer('socket', sight({}, { 'styxy.socket': { LoadState: 'not-found' } }))?.detail ?? '',
      /does not know it/,
    );
  });

  it('tell of a look that failed', () => {
    const seen = sight({}, { 'styxy-check.service': { Result: 'exit-code' } });
    assert.deepEqual(troubles(seen), ['check']);
  });

  it('tell of a daemon that runs beside the autostart', () => {
    const seen = sight({ daemon: { pid: 11, version: '0.1.0' } });
    assert.deepEqual(troubles(seen), ['daemon']);
    assert.match(layer('daemon', seen)?.detail ?? '', /not started by the autostart/);
  });

  it('take no trouble in a session that ends with the login', () => {
    assert.equal(layer('without a login', sight({ lingers: false }))?.state, 'off');
  });
});
