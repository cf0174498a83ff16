// Proves that a running daemon takes over what changes in config.json, keeps its leases, and keeps the last good configuration.

import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { AllocateAnswer } from '../../src/api/schemas.ts';
import type { ConfigAnswer, StatusAnswer } from '../../src/api/schemas-daemon.ts';
import { startDaemon, type TestDaemon } from './daemon-fixture.ts';
import { freeRange } from './port-range.ts';

const [first] = freeRange('reloading', 60);
/** The n-th of six ranges of ten ports. */
const range = (n: number): [number, number] => [first + 10 * n, first + 10 * n + 9];
const withTypes = (types: Readonly<Record<string, number>>): string =>
  JSON.stringify({
    // A type that is not known is to be refused here.
    auto_allocation: { enabled: false },
    service_types: Object.fromEntries(Object.entries(types).map(([name, n]) => [name, { range: range(n) }])),
  });

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon({ config: withTypes({ one: 0 }) });
});
after(() => daemon.stop());

const configOf = async (): Promise<ConfigAnswer> =>
  (await daemon.request<ConfigAnswer>('GET', '/config')).body;

/** Asks until the answer is the one that is waited for; the runner's timeout ends what never comes. */
async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (let asked = 0; asked < 400; asked++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`${what} never came`);
}

/** Whether a type is known, without a look at the file that the question itself would cause. */
const isKnown = async (type: string): Promise<boolean> => {
  const answer = await daemon.request('POST', '/allocate', {
    service_type: type,
    service_name: 'x',
    instance_id: type,
  });
  return answer.status !== 400;
};

describe('a change of config.json', () => {
  it('counts without a restart and without a question, and keeps what is leased', async () => {
    const lease = await daemon.request<AllocateAnswer>('POST', '/allocate', {
      service_type: 'one',
      service_name: 'web',
      project_path: '/tmp/reload',
    });
    assert.equal(lease.status, 201, lease.text);
    writeFileSync(daemon.home.config, withTypes({ two: 1 }));
    await until('the type "two"', () => isKnown('two'));
    assert.equal(await isKnown('one'), false);

    const { lock_id: id, port } = lease.body;
    const renewed = await daemon.request<AllocateAnswer>('PUT', `/allocate/${id}/heartbeat`, {});
    assert.deepEqual(
      [renewed.status, renewed.body.port],
      [200, port],
      'the lease of a type that went is live',
    );

    // Its port now belongs to the range of another type, and stays leased.
    writeFileSync(daemon.home.config, withTypes({ two: 1, other: 0 }));
    await until('the type "other"', () => isKnown('other'));
    const exact = {
      service_type: 'other',
      preferred_port: port,
      exact: true,
      project_path: '/tmp/elsewhere',
    };
    const refused = await daemon.request('POST', '/allocate', exact);
    assert.equal(refused.body.code, 'PORT_UNAVAILABLE', refused.text);
    const released = await daemon.request('DELETE', `/allocate/${id}?project_path=/tmp/reload`);
    assert.equal(released.status, 200, released.text);
    assert.equal((await daemon.request('POST', '/allocate', exact)).status, 201);
  });

  it('counts at once for whoever asks for the configuration', async () => {
    writeFileSync(daemon.home.config, withTypes({ asked: 2 }));
    const { config, sources } = await configOf();
    assert.ok('asked' in (config.service_types as object));
    assert.equal(sources['service_types.asked.range'], 'config.json');
  });

  it('counts when the file is replaced, a link, linked elsewhere, and removed', async () => {
    const { config: path, dir } = daemon.home;
    writeFileSync(`${path}.draft`, withTypes({ replaced: 2 }));
    renameSync(`${path}.draft`, path);
    await until('the file in place of the other', () => isKnown('replaced'));

    mkdirSync(join(dir, 'dotfiles'));
    writeFileSync(join(dir, 'dotfiles', 'a.json'), withTypes({ linked: 3 }));
    writeFileSync(join(dir, 'dotfiles', 'b.json'), withTypes({ relinked: 4 }));
    rmSync(path);
    symlinkSync(join('dotfiles', 'a.json'), path);
    await until('the link', () => isKnown('linked'));
    writeFileSync(join(dir, 'dotfiles', 'a.json'), withTypes({ behind: 5 }));
    await until('the file behind the link', () => isKnown('behind'));
    rmSync(path);
    symlinkSync(join('dotfiles', 'b.json'), path);
    await until('the other link', () => isKnown('relinked'));

    rmSync(path);
    // In the shipped configuration a type that nobody knows gets a range.
    await until('the shipped configuration', () => isKnown('nobody-knows'));
    assert.deepEqual((await configOf()).errors, []);
    writeFileSync(path, withTypes({ back: 1 }));
    await until(
      'the file that is back',
      async () => 'service_types.back.range' in (await configOf()).sources,
    );
  });

  it('does not count while it is broken; status says so, also after a restart', async () => {
    writeFileSync(daemon.home.config, withTypes({ good: 2 }));
    await until('the good one', () => isKnown('good'));
    writeFileSync(daemon.home.config, '{"service_types": {"good": ');
    const status = async () => (await daemon.request<StatusAnswer>('GET', '/status')).body.config;
    await until('the mistake', async () => (await status()).mistakes > 0);
    assert.equal((await status()).serving, 'last-good');
    assert.equal(await isKnown('good'), true);

    await daemon.kill9();
    await daemon.restart();
    assert.equal((await status()).serving, 'last-good');
    assert.equal(await isKnown('good'), true);

    writeFileSync(daemon.home.config, withTypes({ mended: 3 }));
    await until('the mended one', () => isKnown('mended'));
    assert.deepEqual(await status(), {
      path: daemon.home.config,
      mistakes: 0,
      serving: 'config.json',
      last_good_problem: null,
    });
  });

  it('counts when it is the port guide that changes', async () => {
    const guide = join(daemon.home.dir, 'PORTS.md');
    const line = (name: string, n: number): string => `- ${name}: ${range(n).join('–')}\n`;
    writeFileSync(guide, line('guided', 4));
    writeFileSync(daemon.home.config, '{"port_guide": "PORTS.md"}');
    await until('the type of the guide', () => isKnown('guided'));
    assert.equal((await configOf()).sources['service_types.guided.range'], 'port_guide');
    writeFileSync(guide, line('guided', 4) + line('second', 5));
    await until('the second type of the guide', () => isKnown('second'));
    writeFileSync(guide, line('guided', 4) + line('second', 4));
    await until('the mistake of the guide', async () => (await configOf()).errors.length > 0);
    assert.match((await configOf()).errors[0]?.message ?? '', /PORTS\.md:2: .*"second" overlaps .*"guided"/);
    assert.equal(await isKnown('second'), true);
  });

  it('says what counts only after a restart', async () => {
    writeFileSync(daemon.home.config, '{"store": {"synchronous": "full"}}');
    assert.match(
      (await configOf()).warnings.join('\n'),
      /store\.synchronous counts once the daemon was started again/,
    );
  });
});
