// Proves `styxy cleanup` with real leases, servers and deaths: what goes, what stays, and what it says of each.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { LeaseJson } from '../../src/api/schemas.ts';
import type { CleanupAnswer } from '../../src/api/schemas-cleanup.ts';
import type { OrphanVerdict } from '../../src/run/orphans.ts';
import { startDaemon } from './daemon-fixture.ts';
import { freeRange } from './port-range.ts';
import { isAlive, RunFixture, SERVER, STYXY, type Started, serving, TYPE, until } from './run-fixture.ts';

const NODE = process.execPath;
const range = freeRange('cleaning', 20);
let fixture: RunFixture;
before(async () => {
  const config = { service_types: { [TYPE]: { range } } };
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
  it('says of every lease why it goes or stays, and never ends one with a listener or a running command', async () => {
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
    assert.match(text.out(), /2 leases would be ended, 2 kept\./);
    assert.equal((await fixture.leases()).length, 4, 'a dry run ends nothing');

    const forced = { unused: 'goes: forced', 'of-agent': 'goes: forced' };
    assert.deepEqual(await verdicts('--force'), { ...forced, ...alive });
    assert.deepEqual(
      (await fixture.leases()).map(({ service_name }) => service_name),
      ['served', 'starting'],
    );
    starting.child.kill('SIGTERM');
    run.child.kill('SIGTERM');
    await Promise.all([starting.ended, run.ended]);
  });
});

describe('styxy cleanup --orphans', () => {
  async function untilOrphan(port: number): Promise<void> {
    await until('the orphan', async () => ((await fixture.leaseOn(port))?.orphan === true ? true : null));
  }

  async function endOrphans(...args: string[]): Promise<OrphanVerdict[]> {
    const run = cleanup('--orphans', '--json', ...args);
    assert.equal(await run.ended, 0, run.err());
    const answer: CleanupAnswer & { ended_orphans: OrphanVerdict[] } = JSON.parse(run.out());
    assert.equal(answer.kept, answer.stays.length);
    for (const { lease, verdict } of answer.ended_orphans) {
      const isOf = ({ lock_id: id }: LeaseJson): boolean => id === lease.lock_id;
      const isOver = verdict === 'ended' || verdict === 'would-end';
      assert.equal(answer.stays.some(isOf), !isOver, 'a lease is over, or it stays');
      assert.equal(answer.cleaned.find(isOf)?.reason, isOver ? 'orphan-ended' : undefined);
    }
    return answer.ended_orphans;
  }

  it('ends what a killed run left behind, with the shell around it, and nothing else', async () => {
    const command = ['sh', '-c', '"$0" -e "$SERVER"; exit 0', NODE];
    const run = fixture.runTyped(['-n', 'left', '--', ...command], { env: { SERVER } });
    const { port, pid } = await serving(run);
    const beside = fixture.start(NODE, ['-e', SERVER], { env: { PORT: '0' } });
    const other = await serving(beside);
    await until('the server to be seen', async () =>
      (await fixture.leaseOn(port))?.state === 'active' ? true : null,
    );
    process.kill(run.pid, 'SIGKILL');
    await untilOrphan(port);
    const [would] = await endOrphans('--dry-run');
    assert.equal(would?.verdict, 'would-end');
    assert.equal(would?.processes?.length, 2, 'the server and its shell');
    assert.ok(isAlive(pid), 'a dry run ends nothing');
    const text = cleanup('--orphans');
    assert.equal(await text.ended, 0, text.err());
    assert.match(
      text.out(),
      new RegExp(`left .* ended +its holder is gone, and its server was ended \\(.*${pid}.*\\)`),
    );
    assert.ok(!isAlive(pid));
    assert.equal(await fixture.leaseOn(port), null);
    assert.ok(isAlive(other.pid), 'a server beside it is none of its business');
    const again = await fixture.allocate({ service_name: 'anybody', preferred_port: port, exact: true });
    assert.equal(again.port, port, 'the port does not rest: it was released');
    beside.child.kill('SIGTERM');
    await beside.ended;
  });

  it('ends a server that was seen in the tree of its holder, though it carries no mark', async () => {
    const holder = fixture.start('sh', ['-c', 'read go; "$0" -e "$SERVER" & read stop', NODE], {
      env: { SERVER, PORT: String(range[1]) },
    });
    const lease = await fixture.allocate({
      service_name: 'seen',
      pid: holder.pid,
      preferred_port: range[1],
      exact: true,
    });
    holder.child.stdin?.write('go\n');
    const { pid } = await serving(holder);
    await until('the server to be seen', async () =>
      (await fixture.leaseOn(lease.port))?.state === 'active' ? true : null,
    );
    holder.child.kill('SIGKILL');
    await untilOrphan(lease.port);
    const [orphan] = await endOrphans();
    assert.deepEqual([orphan?.verdict, orphan?.processes], ['ended', [pid]]);
    assert.ok(!isAlive(pid));
  });

  it('leaves a server alone that nothing proves to be the one', async () => {
    const holder = fixture.start('sh', ['-c', 'read stop']);
    const lease = await fixture.allocate({ service_name: 'unproven', pid: holder.pid });
    const server = fixture.start(NODE, ['-e', SERVER], { env: { PORT: String(lease.port) } });
    await serving(server);
    await until('the server to be seen', async () =>
      (await fixture.leaseOn(lease.port))?.state === 'active' ? true : null,
    );
    holder.child.kill('SIGKILL');
    await untilOrphan(lease.port);
    const [orphan] = await endOrphans();
    assert.deepEqual([orphan?.verdict, orphan?.pid], ['left', server.pid]);
    assert.ok(isAlive(server.pid));
    server.child.kill('SIGTERM');
    await server.ended;
  });
});
