// Owns the tests of config.json's copy of the automatic ranges: many in one write, nothing of the user's touched, and
// what becomes of them where the file cannot be written.

import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ConfigEdit } from '../config/edit-document.ts';
import { parseConfig } from '../config/parse-config.ts';
import type { Coordinator, Reading } from '../coordinator/contract.ts';
import type { AutomaticRange } from '../core/change.ts';
import { homeAt } from '../home.ts';
import { payDebts } from './configuration-change.ts';
import { createRangeFile, type RangeFile } from './range-file.ts';
import type { Settings } from './settings.ts';

const NOBODY = { instanceId: null, pid: null, command: null };
const EPHEMERAL = { start: 32_768, end: 60_999 };

function newDesk(t: TestContext, text: string | null, failing: 'once' | 'never' = 'never') {
  let fails = failing === 'once';
  const dir = mkdtempSync(join(tmpdir(), 'styxy-ranges-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const home = homeAt(dir);
  if (text !== null) writeFileSync(home.config, text);
  const settings: Pick<Settings, 'mistakeIn' | 'answer'> = {
    mistakeIn: (edited) =>
      parseConfig(edited, { ownPort: 9876, ephemeral: EPHEMERAL }).errors[0]?.message ?? null,
    answer: () => {
      if (fails) {
        fails = false;
        throw new Error('the settings');
      }
      return {
        path: home.config,
        config: {},
        sources: {},
        errors: [],
        warnings: [],
        last_good_problem: null,
      };
    },
  };
  const notes = new Map<string, string>();
  const store = {
    readNote: (name: string) => notes.get(name) ?? null,
    writeNote: (name: string, value: string) => void notes.set(name, value),
  };
  /** As the next daemon has it. */
  const anew = (): RangeFile => createRangeFile({ home, log: { warn: () => {} }, settings, store });
  return {
    file: anew(),
    anew,
    notes,
    path: home.config,
    read: () => readFileSync(home.config, 'utf8'),
    backups: () => (existsSync(home.backups) ? readdirSync(home.backups).length : 0),
  };
}

const range = (name: string, start: number): AutomaticRange => ({ name, start, end: start + 9, madeAt: 0 });

/** A coordinator whose state has these ranges. */
function coordinatorWith(ranges: readonly AutomaticRange[]): Pick<Coordinator, 'query'> {
  const state = { range: (name: string) => ranges.find((known) => known.name === name) };
  return { query: async (read) => read({ state } as Reading) };
}

test('ranges that are made together are one write with one backup, beside what is there', async (t) => {
  const desk = newDesk(t, '{ // ours\n  "terms": {"lease_ttl_seconds": 60}\n}\n');
  for (let i = 0; i < 100; i++) desk.file.follow(`t${i}`, range(`t${i}`, 12_000 + 20 * i), null);
  assert.equal(desk.file.unwritten().length, 100);
  await desk.file.written();
  assert.equal(desk.backups(), 1);
  assert.match(desk.read(), /^\{ \/\/ ours\n {2}"terms": \{"lease_ttl_seconds": 60\}/);
  const { config, errors } = parseConfig(desk.read(), { ownPort: 9876, ephemeral: EPHEMERAL });
  assert.deepEqual([errors, config.service_types.t99?.range], [[], [13_980, 13_989]]);
  assert.deepEqual([desk.file.obstacle, desk.file.unwritten()], [null, []]);
});

test('a range that somebody put there stays, whatever becomes of the automatic one', async (t) => {
  const text = '{"service_types": {"mine": {"range": [12000, 12019]}, "ours": {"range": [10000, 10009]}}}';
  const desk = newDesk(t, text);
  desk.file.follow('mine', range('mine', 10_040), range('mine', 10_020));
  desk.file.follow('ours', null, range('ours', 10_020));
  desk.file.follow('gone', null, range('gone', 10_060));
  await desk.file.written();
  assert.equal(desk.read(), text);
  assert.equal(desk.backups(), 0);
});

test('our own range is moved and taken back, also when both happen before a write', async (t) => {
  const desk = newDesk(
    t,
    '{"service_types": {"a": {"range": [10000, 10009]}, "b": {"range": [10020, 10029]}}}',
  );
  desk.file.follow('a', range('a', 10_040), range('a', 10_000));
  desk.file.follow('a', range('a', 10_060), range('a', 10_040));
  desk.file.follow('b', range('b', 10_080), range('b', 10_020));
  desk.file.follow('b', null, range('b', 10_080));
  await desk.file.written();
  assert.equal(desk.read(), '{"service_types": {"a": {"range": [10060, 10069]} }}');
});

test('what somebody wrote beside our range stays when the range is taken back', async (t) => {
  const text = '{"service_types": {"a": {"range": [10000, 10009], "description": "mine" /* too */}}}';
  const desk = newDesk(t, text);
  desk.file.follow('a', null, range('a', 10_000));
  await desk.file.written();
  assert.equal(desk.read(), text);
});

test('a write that fails keeps no later one from being made', async (t) => {
  const desk = newDesk(t, '{}', 'once');
  const edits: ConfigEdit[] = [{ path: ['terms', 'lease_ttl_seconds'], value: 60 }];
  await assert.rejects(desk.file.edit(edits, NOBODY), /the settings/);
  desk.file.follow('a', range('a', 10_000), null);
  await desk.file.written();
  assert.match(desk.read(), /"a"/);
  assert.deepEqual(desk.file.unwritten(), []);
});

test('a file that may not be written keeps them waiting, says so, and gets them once it may', async (t) => {
  const desk = newDesk(t, '{}');
  chmodSync(desk.path, 0o444);
  desk.file.follow('a', range('a', 10_000), null);
  await desk.file.written();
  assert.match(
    desk.file.obstacle ?? '',
    /config\.json is read-only; make the change where the file comes from/,
  );
  assert.match((await desk.file.readOnly()) ?? '', /is read-only/);
  desk.file.follow('b', range('b', 10_020), null);
  desk.file.follow('a', null, range('a', 10_000));
  await desk.file.written();
  assert.deepEqual([desk.read(), desk.file.unwritten()], ['{}', ['a', 'b']]);
  chmodSync(desk.path, 0o644);
  desk.file.retry();
  await desk.file.written();
  assert.match(desk.read(), /"b"/);
  assert.doesNotMatch(desk.read(), /"a"/);
  assert.deepEqual([desk.file.obstacle, await desk.file.readOnly()], [null, null]);
});

test('no range is written that would make a right file wrong; an unknown key keeps none out', async (t) => {
  const desk = newDesk(t, '{"service_types": {"mine": {"range": [12000, 12019]}}}');
  desk.file.follow('over', range('over', 12_005), null);
  await desk.file.written();
  assert.match(desk.file.obstacle ?? '', /would be wrong with this change: .*12005–12014 of "over" overlaps/);
  assert.doesNotMatch(desk.read(), /over/);
  const odd = newDesk(t, '{"odd": 1}');
  odd.file.follow('a', range('a', 10_000), null);
  await odd.file.written();
  assert.match(odd.read(), /^\{"odd": 1,[\s\S]*"a"/);
});

test('what would keep the file from following a move is known before it', async (t) => {
  const moves = new Map([['a', { former: range('a', 10_040), range: range('a', 10_000) }]]);
  const objection = (text: string | null) => newDesk(t, text).file.objectionTo(moves);
  const ours = '"a": {"range": [10040, 10049]}';
  assert.equal(await objection(`{"service_types": {${ours}}}`), null);
  assert.equal(await objection(null), null);
  assert.match(
    (await objection(`{"service_types": {${ours}, "b": {"range": [10005, 10014]}}}`)) ?? '',
    /would be wrong with this change: .*overlaps/,
  );
  const wrong = `{"service_types": {${ours}, "b": {"range": [1, 2]}}}`;
  for (const text of [wrong, '{ "service_types": nonsense'])
    assert.match((await objection(text)) ?? '', /has a mistake: /, text);
  const desk = newDesk(t, `{"service_types": {${ours}}}`);
  await desk.file.objectionTo(moves);
  assert.equal(desk.read(), `{"service_types": {${ours}}}`, 'nothing is written');
});

test('a range that is gone waits for a mistake to be mended, also where the mistake hides its entry', async (t) => {
  const ours = '"a": {"range": [10000, 10009]}';
  const desk = newDesk(t, `{"service_typez": {${ours}}}`);
  desk.file.follow('a', null, range('a', 10_000));
  await desk.file.written();
  assert.match(desk.file.obstacle ?? '', /config\.json has a mistake: .*service_typez/);
  assert.deepEqual(desk.file.unwritten(), ['a']);
  writeFileSync(desk.path, `{"service_types": {${ours}}}`);
  desk.file.retry();
  await desk.file.written();
  assert.doesNotMatch(desk.read(), /"a"/);
  assert.deepEqual([desk.file.obstacle, desk.file.unwritten()], [null, []]);
});

test('what the file owes is noted before a change, and forgotten once it has followed', async (t) => {
  const [a, b] = [range('a', 10_000), range('b', 10_020)];
  const desk = newDesk(t, '{"service_types": {"a": {"range": [10000, 10009]}}}');
  const result = await desk.file.changing([a, b], async () => {
    assert.deepEqual(await desk.anew().debts(), [a, b], 'a daemon after a kill knows both');
    desk.file.follow('x', range('x', 10_040), null);
    await desk.file.written();
    assert.deepEqual(await desk.anew().debts(), [a, b], 'another write pays none of them');
    desk.file.follow('a', null, a);
    return 'undone';
  });
  assert.equal(result, 'undone');
  assert.doesNotMatch(desk.read(), /"a"/);
  assert.deepEqual(await desk.anew().debts(), []);
});

test('what the file could not follow is owed until it could, over a restart too', async (t) => {
  const a = range('a', 10_000);
  const desk = newDesk(t, '{"service_types": {"a": {"range": [10000, 10009]}}}');
  chmodSync(desk.path, 0o444);
  await desk.file.changing([a], async () => desk.file.follow('a', null, a));
  const next = desk.anew();
  await payDebts(coordinatorWith([]), next);
  assert.deepEqual(next.unwritten(), ['a']);
  chmodSync(desk.path, 0o644);
  await next.written();
  assert.doesNotMatch(desk.read(), /"a"/);
  assert.deepEqual(await desk.anew().debts(), []);
});

test('a move that was committed is followed after a kill; what was noted and never changed is not', async (t) => {
  const [a, b] = [range('a', 10_040), range('b', 10_080)];
  const text = '{"service_types": {"a": {"range": [10040, 10049]}, "b": {"range": [10080, 10089]}}}';
  const desk = newDesk(t, text);
  await assert.rejects(
    desk.file.changing([a, b], () => Promise.reject(new Error('killed'))),
    /killed/,
  );
  const next = desk.anew();
  await payDebts(coordinatorWith([range('a', 10_000), b]), next);
  assert.deepEqual(next.unwritten(), ['a']);
  await next.written();
  assert.equal(desk.read(), text.replace('10040, 10049', '10000, 10009'));
});

test('a note that is garbage owes nothing', async (t) => {
  for (const garbage of [
    '{',
    '7',
    '[null, {"name": "a"}, {"name": "a", "start": 0, "end": 9, "madeAt": 0}]',
  ]) {
    const desk = newDesk(t, '{}');
    desk.notes.set('ranges_in_config', garbage);
    assert.deepEqual(await desk.file.debts(), [], garbage);
  }
});

test('a range is known as not written while it is being written, and no more once it is', async (t) => {
  const desk = newDesk(t, '{}');
  desk.file.follow('a', range('a', 10_000), null);
  assert.deepEqual(desk.file.unwritten(), ['a'], 'it waits');
  const written = desk.file.written();
  assert.deepEqual(desk.file.unwritten(), ['a'], 'it is in hand');
  await written;
  assert.deepEqual(desk.file.unwritten(), []);
});

test('a new try writes what could not be written, by itself, and only where there is something', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const desk = newDesk(t, '{');
  desk.file.follow('a', range('a', 10_000), null);
  await desk.file.written();
  assert.match(desk.file.obstacle ?? '', /mistake/);
  writeFileSync(desk.path, '{}');
  desk.file.retry();
  t.mock.timers.tick(1000);
  t.mock.timers.reset();
  while (desk.file.unwritten().length > 0) await new Promise((resolve) => setImmediate(resolve));
  assert.match(desk.read(), /"a"/);
  const before = desk.read();
  desk.file.retry();
  await desk.file.written();
  assert.equal(desk.read(), before);
});
