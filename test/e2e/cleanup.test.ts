// Proves `styxy cleanup` with real leases, servers and deaths: what goes, what stays, and what it says of each.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { CleanupAnswer } from '../../src/api/schemas-cleanup.ts';
import { startDaemon } from './daemon-fixture.ts';
import { freeRange } from './port-range.ts';
import { RunFixture, SERVER, STYXY, type Started, serving, TYPE, until } from './run-fixture.ts';

const NODE = process.execPath;
let fixture: RunFixture;
before(async () => {
  const config = { service_types: { [TYPE]: { range: freeRange('cleaning', 20) } } };
  fixture = new RunFixture(await startDaemon({ config }));
});
after(() => fixture.stop());

function cleanup(...args: string[]): Started {
  return fixture.start(NODE, [...STYXY, 'cleanup', ...args]);
}

/** What each lease's verdict is, by name. */
async function verdicts(...args: string[]): Promise<Record<string, string>> {
  const run = cleanup(...args, '--json');
  assert.equal(await run.ended, 0, run.err());
  const { cleaned, stays }: CleanupAnswer = JSON.parse(run.out());
  const said = (verdict: string, list: CleanupAnswer['stays']): [string, string][] =>
    list.map((lease) => [lease.service_name ?? '', `${verdict}: ${lease.reason}`]);
  return Object.fromEntries([...said('goes', cleaned), ...said('stays', stays)]);
}

describe('styxy cleanup', () => {
  it('says of every lease why it goes or stays, and never ends one with a listener', async () => {
    await fixture.allocate({ service_name: 'unused' });
    await fixture.allocate({ service_name: 'of-agent', instance_id: 'agent-1' });
    const run = fixture.runTyped(['-n', 'served', '--', NODE, '-e', SERVER]);
    await serving(run);
    const starting = fixture.runTyped(['-n', 'starting', '--', NODE, '-e', 'setInterval(() => {}, 1e6)']);
    await until('the held lease', async () => {
      const lease = (await fixture.leases()).find(({ service_name }) => service_name === 'starting');
      return lease?.expires_at === null ? lease : null;
    });
    const mild = { unused: 'stays: term-runs', 'of-agent': 'stays: instance-lives' };
    const alive = { served: 'stays: listens', starting: 'stays: held' };
    assert.deepEqual(await verdicts('--dry-run'), { ...mild, ...alive });

    const text = cleanup('--dry-run', '--force');
    assert.equal(await text.ended, 0);
    assert.match(text.out(), /unused +many +\S+ +would end +nobody listens, and --force was given/);
    assert.match(text.out(), /served +many +\S+ +stays +its server listens/);
    assert.match(text.out(), /3 leases would be ended, 1 kept\./);
    assert.equal((await fixture.leases()).length, 4, 'a dry run ends nothing');

    const forced = { unused: 'goes: forced', 'of-agent': 'goes: forced', starting: 'goes: forced' };
    assert.deepEqual(await verdicts('--force'), { ...forced, served: 'stays: listens' });
    assert.deepEqual(
      (await fixture.leases()).map(({ service_name }) => service_name),
      ['served'],
    );
    starting.child.kill('SIGTERM');
    run.child.kill('SIGTERM');
    await Promise.all([starting.ended, run.ended]);
  });
});
