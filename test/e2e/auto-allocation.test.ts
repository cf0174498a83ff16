// Proves automatic ranges with a real daemon: many unknown types at once, across a kill, and switched off.

import assert from 'node:assert/strict';
import { chmodSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { AllocateAnswer } from '../../src/api/schemas.ts';
import type { StatusAnswer } from '../../src/api/schemas-daemon.ts';
import type { AutoAllocationAnswer, ConsolidateAnswer } from '../../src/api/schemas-ranges.ts';
import { startDaemon, type TestDaemon } from './daemon-fixture.ts';
import { until } from './run-fixture.ts';

const TYPES = 100;
const GAP = 10;
const PATH = '/config/auto-allocation';
/** Below the ports of the other tests, and above the shipped ranges. */
const BOUNDS = { min_port: 12_000, max_port: 20_999 };

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon({ config: { auto_allocation: BOUNDS } });
});
after(() => daemon.stop());

const allocate = (type: string, more: object = {}) =>
  daemon.request<AllocateAnswer>('POST', '/allocate', {
    service_type: type,
    service_name: 'x',
    project_path: '/tmp/auto',
    ...more,
  });

describe('service types that nobody configured', () => {
  it('get a range each, however many ask at once, with every gap kept', async () => {
    const names = Array.from({ length: TYPES }, (_, i) => `unknown-${i}`);
    const answers = await Promise.all([...names, ...names].map((name) => allocate(name)));
    const made = answers.flatMap(({ body }) =>
      body.auto_allocated === undefined ? [] : [body.auto_allocated],
    );
    assert.equal(made.length, TYPES, 'the second asker of a type found its range there');
    assert.equal(new Set(made.map(({ service_type: type }) => type)).size, TYPES);
    const ranges = made.toSorted((a, b) => a.start - b.start);
    for (const [index, { start, end }] of ranges.entries()) {
      const before = ranges[index - 1];
      assert.ok(start >= BOUNDS.min_port && end <= BOUNDS.max_port && end - start === 9, `${start}–${end}`);
      assert.ok(before === undefined || start - before.end > GAP, `${start} is too near ${before?.end}`);
    }
    for (const { body } of answers) {
      const range = ranges.find(({ service_type: type }) => type === body.service_type);
      assert.ok(range !== undefined && body.port >= range.start && body.port <= range.end);
    }
  });

  it('keep their range over a kill of the daemon', async () => {
    const first = await allocate('kept');
    assert.equal(first.status, 201);
    await daemon.kill9();
    await daemon.restart();
    const again = await allocate('kept', { service_name: 'y' });
    assert.equal(again.body.auto_allocated, undefined);
    const { start, end } = first.body.auto_allocated ?? { start: 0, end: 0 };
    assert.ok(again.body.port >= start && again.body.port <= end);
  });

  it('stand in config.json soon, whose comments stay, and only in the store where it cannot be written', async () => {
    const path = daemon.home.config;
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('{', '{ /* ours */'));
    await allocate('written');
    const file = await until('the range in config.json', () => {
      const now = readFileSync(path, 'utf8');
      return now.includes('"written"') ? now : null;
    });
    assert.match(file, /^\{ \/\* ours \*\//);
    writeFileSync(path, '{ "service_types": nonsense');
    await allocate('unwritten');
    const status = await until('the obstacle', async () => {
      const { body } = await daemon.request<StatusAnswer>('GET', '/status');
      return body.auto_allocation.not_in_config === null ? null : body;
    });
    assert.match(status.auto_allocation.not_in_config ?? '', /config\.json has a mistake/);
    writeFileSync(path, file);
    await allocate('mended');
    await until('all of them', () => (readFileSync(path, 'utf8').includes('"unwritten"') ? true : null));
  });

  it('are listed, taken back and moved together', async () => {
    const show = async (): Promise<AutoAllocationAnswer> =>
      (await daemon.request<AutoAllocationAnswer>('GET', PATH)).body;
    const [first, second] = (await show()).ranges.filter(({ service_type: type }) => /^unknown/.test(type));
    assert.ok(first !== undefined && second !== undefined);
    const held = await daemon.request('DELETE', `${PATH}/${first.service_type}`);
    assert.deepEqual([held.status, held.body.code], [409, 'LEASE_IN_USE']);
    for (const { service_type: type } of [first, second]) {
      const gone = await daemon.request('DELETE', `${PATH}/${type}?force=true`);
      assert.deepEqual([gone.status, gone.body.leases_ended], [200, 1], type);
      assert.ok(!readFileSync(daemon.home.config, 'utf8').includes(`"${type}"`), type);
    }
    assert.equal((await daemon.request('DELETE', `${PATH}/nonesuch`)).status, 404);
    await allocate('last-one');
    const { body: lease } = await allocate('last-one');
    await daemon.request('DELETE', `/allocate/${lease.lock_id}?force=true`);
    const plan = await daemon.request<ConsolidateAnswer>('POST', `${PATH}/consolidate`);
    const move = plan.body.moves.find(({ service_type: type }) => type === 'last-one');
    assert.equal(move?.to[0], Math.min(first.start, second.start));
    await daemon.request('POST', `${PATH}/consolidate`, { apply: true });
    const moved = (await show()).ranges.find(({ service_type: type }) => type === 'last-one');
    assert.deepEqual([moved?.start, moved?.in_config], [move?.to[0], true]);
    const { port } = (await allocate('last-one')).body;
    // The first port may rest, since the lease on it was ended by force.
    assert.ok(moved !== undefined && port >= moved.start && port <= moved.end, `${port}`);
  });

  it('are not moved where config.json could not follow, and the list says which it has', async () => {
    const place = await startDaemon({ config: { auto_allocation: { ...BOUNDS, min_port: 20_000 } } });
    const path = place.home.config;
    const show = async () =>
      (await place.request<AutoAllocationAnswer>('GET', PATH)).body.ranges.map(
        ({ service_type: type, start, in_config: inConfig }) => [type, start, inConfig],
      );
    try {
      for (const type of ['below', 'above']) {
        const ask = { service_type: type, service_name: 'x' };
        const { body } = await place.request<AllocateAnswer>('POST', '/allocate', ask);
        await place.request('DELETE', `/allocate/${body.lock_id}`);
      }
      await until('both in the file', () => (readFileSync(path, 'utf8').includes('"above"') ? true : null));
      await place.request('DELETE', `${PATH}/below`);
      const [[, start] = []] = await show();
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, `${text} nonsense`);
      const refused = await place.request('POST', `${PATH}/consolidate`, { apply: true });
      assert.deepEqual([refused.status, refused.body.code], [409, 'CONFIG_NOT_WRITABLE']);
      assert.match(String(refused.body.detail), /nothing was moved: config\.json has a mistake/);
      assert.deepEqual(await show(), [['above', start, true]]);
      writeFileSync(path, text);
      await place.request('GET', '/config');
      const { body } = await place.request<ConsolidateAnswer>('POST', `${PATH}/consolidate`, { apply: true });
      assert.deepEqual([body.moves.length, body.not_in_config], [1, null]);
      assert.deepEqual(await show(), [['above', body.moves[0]?.to[0], true]]);
      chmodSync(path, 0o444);
      await place.request('POST', '/allocate', { service_type: 'alone', service_name: 'x' });
      assert.deepEqual((await show()).at(-1)?.slice(2), [false]);
    } finally {
      await place.stop();
    }
  });

  it('are not undone where config.json could not follow: nothing changes, and the refusal says what to do', async () => {
    const place = await startDaemon({ config: { auto_allocation: { ...BOUNDS, min_port: 20_000 } } });
    const path = place.home.config;
    const show = async () => (await place.request<AutoAllocationAnswer>('GET', PATH)).body.ranges;
    try {
      const ask = { service_type: 'kept-whole', service_name: 'x' };
      const { body } = await place.request<AllocateAnswer>('POST', '/allocate', ask);
      await place.request('DELETE', `/allocate/${body.lock_id}`);
      await until('it in the file', () => (readFileSync(path, 'utf8').includes('kept-whole') ? true : null));
      const [text, before] = [readFileSync(path, 'utf8'), await show()];
      for (const wrong of [`${text} nonsense`, text.replace('service_types', 'service_typez')]) {
        writeFileSync(path, wrong);
        const refused = await place.request('DELETE', `${PATH}/kept-whole`);
        assert.deepEqual([refused.status, refused.body.code], [409, 'CONFIG_NOT_WRITABLE'], wrong);
        assert.match(String(refused.body.detail), /nothing was undone: config\.json has a mistake: /);
        assert.match(String(refused.body.hint), /styxy config validate.* undo kept-whole again/);
        assert.deepEqual([await show(), readFileSync(path, 'utf8')], [before, wrong]);
      }
      writeFileSync(path, text);
      assert.equal((await place.request('DELETE', `${PATH}/kept-whole`)).status, 200);
      assert.deepEqual([await show(), readFileSync(path, 'utf8').includes('kept-whole')], [[], false]);
    } finally {
      await place.stop();
    }
  });

  it('begin where a module of the user’s own says, else as ever, which status tells', async () => {
    const script = (text: string): void =>
      writeFileSync(join(daemon.home.dir, 'placement.js'), text, { mode: 0o600 });
    const problem = async () =>
      (await daemon.request<StatusAnswer>('GET', '/status')).body.auto_allocation.placement_problem;
    script('module.exports = ({ type, starts }) => type === "own" ? starts.at(-1).end : 1;');
    const auto = { ...BOUNDS, placement: 'module', placement_module: 'placement.js' };
    const config = JSON.parse(readFileSync(daemon.home.config, 'utf8').replace('/* ours */', '')) as object;
    writeFileSync(daemon.home.config, JSON.stringify({ ...config, auto_allocation: auto }));
    await daemon.request('GET', '/config');
    const own = await allocate('own');
    assert.equal(own.body.auto_allocated?.end, BOUNDS.max_port);
    assert.equal(await problem(), null);
    const other = await allocate('no-own');
    assert.equal(other.status, 201);
    assert.match(
      (await problem()) ?? '',
      /placement\.js, asked for "no-own": no range of 10 ports may begin at 1/,
    );
    script('module.exports = () => null;');
    await daemon.request('GET', '/config');
    assert.equal(await problem(), null);
  });

  it('are switched off and on in config.json', async () => {
    for (const enabled of [false, true]) {
      const answer = await daemon.request<AutoAllocationAnswer>('PUT', PATH, { enabled });
      assert.deepEqual([answer.status, answer.body.enabled], [200, enabled]);
      const { status } = await allocate(`switched-${enabled}`);
      assert.equal(status, enabled ? 201 : 400);
    }
  });

  it('are known to the store alone where config.json is managed elsewhere, and stay as they are there', async () => {
    const managed = await startDaemon({
      config: { auto_allocation: { ...BOUNDS, min_port: 20_000 }, service_types: {} },
      prepare: ({ config, dir }) => {
        // As a manager of dotfiles leaves it: a link to a file that may not be written.
        renameSync(config, join(dir, 'dotfile.json'));
        symlinkSync(join(dir, 'dotfile.json'), config);
        chmodSync(join(dir, 'dotfile.json'), 0o444);
      },
    });
    const text = readFileSync(managed.home.config, 'utf8');
    const ask = (type: string) =>
      managed.request<AllocateAnswer>('POST', '/allocate', { service_type: type, service_name: 'x' });
    const obstacle = async () =>
      (await managed.request<StatusAnswer>('GET', '/status')).body.auto_allocation.not_in_config;
    try {
      const { body } = await ask('managed');
      assert.match(
        await until('the obstacle', obstacle),
        /dotfile\.json is read-only; make the change where/,
      );
      assert.equal(readFileSync(managed.home.config, 'utf8'), text);
      await managed.kill9();
      await managed.restart();
      assert.match(await until('the obstacle', obstacle), /is read-only/);
      assert.equal((await ask('managed')).body.auto_allocated, undefined, 'the store remembers it');
      const off = await managed.request('PUT', PATH, { enabled: false });
      assert.equal(off.body.code, 'CONFIG_NOT_WRITABLE');
      // Once its range stands in the file, the file is where it must go.
      const { start, end } = body.auto_allocated ?? { start: 0, end: 0 };
      chmodSync(join(managed.home.dir, 'dotfile.json'), 0o644);
      const known = { managed: { range: [start, end] } };
      writeFileSync(managed.home.config, JSON.stringify({ auto_allocation: BOUNDS, service_types: known }));
      chmodSync(join(managed.home.dir, 'dotfile.json'), 0o444);
      await managed.request('GET', '/config');
      const undone = await managed.request('DELETE', `${PATH}/managed?force=true`);
      assert.deepEqual([undone.body.code, undone.body.success], ['CONFIG_NOT_WRITABLE', false]);
      const list = await managed.request<AutoAllocationAnswer>('GET', PATH);
      assert.deepEqual(
        list.body.ranges.map((range) => [range.service_type, range.leases]),
        [['managed', 2]],
      );
    } finally {
      await managed.stop();
    }
  });

  it('are the configuration’s once somebody gave the type another range', async () => {
    await allocate('widened');
    await until('the range in the file', () =>
      readFileSync(daemon.home.config, 'utf8').includes('"widened"') ? true : null,
    );
    const config = JSON.parse(readFileSync(daemon.home.config, 'utf8'));
    const { range } = config.service_types.widened;
    config.service_types.widened.range = [range[0], range[1] + 2];
    writeFileSync(daemon.home.config, JSON.stringify(config));
    const settled = await until('the list without it', async () => {
      const { body } = await daemon.request<AutoAllocationAnswer>('GET', PATH);
      return body.ranges.some(({ service_type: type }) => type === 'widened') ? null : true;
    });
    assert.equal(settled, true);
    assert.deepEqual(JSON.parse(readFileSync(daemon.home.config, 'utf8')), config);
  });

  it('are undone by whoever takes them out of config.json, now or while no daemon runs, unless they have leases', async () => {
    const place = await startDaemon({ config: { auto_allocation: { ...BOUNDS, min_port: 20_000 } } });
    const path = place.home.config;
    const types = async () =>
      (await place.request<AutoAllocationAnswer>('GET', PATH)).body.ranges
        .map(({ service_type: type }) => type)
        .sort();
    const ask = (type: string) =>
      place.request<AllocateAnswer>('POST', '/allocate', { service_type: type, service_name: 'x' });
    const takeOut = (...names: string[]): void => {
      const config = JSON.parse(readFileSync(path, 'utf8'));
      for (const name of names) delete config.service_types[name];
      writeFileSync(path, JSON.stringify(config));
    };
    try {
      const made = ['now', 'later', 'held'];
      for (const type of made) {
        const { body } = await ask(type);
        if (type !== 'held') await place.request('DELETE', `/allocate/${body.lock_id}?force=true`);
      }
      await until('all in the file', () =>
        made.every((type) => readFileSync(path, 'utf8').includes(`"${type}"`)) ? true : null,
      );
      await place.request('GET', '/config');
      takeOut('now', 'held');
      await place.request('GET', '/config');
      await until('one less', async () => ((await types()).includes('now') ? null : true));
      assert.deepEqual(await types(), ['held', 'later']);
      await place.kill9();
      takeOut('later');
      await place.restart();
      assert.deepEqual(await types(), ['held']);
      const text = await until('what is in use in the file', () => {
        const now = readFileSync(path, 'utf8');
        return now.includes('"held"') ? now : null;
      });
      assert.doesNotMatch(text, /"later"|"now"/);
    } finally {
      await place.stop();
    }
  });

  it('are refused where ranges are switched off', async () => {
    const off = await startDaemon({ config: { auto_allocation: { enabled: false } } });
    const answer = await off.request('POST', '/allocate', { service_type: 'nobody-knows' });
    await off.stop();
    assert.equal(answer.status, 400);
    assert.equal(answer.body.code, 'UNKNOWN_SERVICE_TYPE');
  });
});
