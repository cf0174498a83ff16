// Owns the loss of the table of leases alone: the next daemon takes the leases back from the audit.

import assert from 'node:assert/strict';
import { closeSync, mkdirSync, openSync, readdirSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, it } from 'node:test';
import { startDaemon, type TestDaemon } from './daemon-fixture.ts';

interface Lease {
  readonly lock_id: string;
  readonly port: number;
  readonly fence: number;
}

interface Recovery {
  readonly leases_restored: number;
  readonly leases_rebuilt: number;
  readonly steps: readonly {
    readonly step: string;
    readonly outcome: string;
    readonly detail: string | null;
  }[];
}

const PAGE_BYTES = 4096;
const daemons: TestDaemon[] = [];
after(() => Promise.all(daemons.map((daemon) => daemon.stop())));

/** How the table is lost, by the path of the store. */
const LOSSES: Readonly<Record<string, (path: string) => void>> = {
  'its rows are gone': (path) => edit(path, 'DELETE FROM lease'),
  'the table is gone': (path) => edit(path, 'DROP TABLE lease'),
  'its pages are damaged': (path) => {
    const db = new DatabaseSync(path);
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const page = Number(
      db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'lease'").get()?.rootpage,
    );
    db.close();
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(PAGE_BYTES, 0xa5), 0, PAGE_BYTES, (page - 1) * PAGE_BYTES);
    closeSync(file);
  },
};

function edit(path: string, sql: string): void {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
}

async function leasesOf(daemon: TestDaemon): Promise<Lease[]> {
  const { body } = await daemon.request<{ allocations: Lease[] }>('GET', '/allocations');
  return body.allocations.map(({ lock_id, port, fence }) => ({ lock_id, port, fence }));
}

async function recoveryOf(daemon: TestDaemon): Promise<Recovery> {
  const { body } = await daemon.request<{ recovery: Recovery }>('GET', '/status');
  return body.recovery;
}

describe('where the table of leases is lost', () => {
  for (const [what, lose] of Object.entries(LOSSES)) {
    it(`and ${what}, the leases come back from the audit`, async () => {
      const daemon = await startDaemon({ isBuilt: true });
      daemons.push(daemon);
      const project = daemon.home.dir;
      for (const [name, count] of [
        ['one', 1],
        ['gone', 1],
        ['block', 3],
      ] as const) {
        await daemon.request('POST', '/allocate', {
          service_type: 'dev',
          service_name: name,
          project_path: project,
          count,
        });
      }
      const [, gone] = await leasesOf(daemon);
      await daemon.request('DELETE', `/allocate/${gone?.lock_id}?force=true`);
      const live = await leasesOf(daemon);
      assert.equal(live.length, 2);
      await daemon.kill9();
      lose(daemon.home.store);

      await daemon.restart();
      assert.deepEqual(await leasesOf(daemon), live);
      const recovery = await recoveryOf(daemon);
      assert.deepEqual([recovery.leases_restored, recovery.leases_rebuilt], [0, 2]);
      const step = recovery.steps.find((each) => each.step === 'leases');
      assert.deepEqual([step?.outcome, step?.detail], ['mended', '2 leases taken back from the audit']);
      for (const event of ['repaired', 'recovered']) {
        const { text } = await daemon.request('GET', `/audit?event=${event}`);
        assert.match(text, /2 leases taken back from the audit/, event);
      }
      // The store as it was found is kept, wherever SQLite could see that it was damaged.
      if (what !== 'its rows are gone') assert.notDeepEqual(readdirSync(daemon.home.backups), []);
      const { body: next } = await daemon.request<Lease>('POST', '/allocate', { service_type: 'dev' });
      assert.ok(live.every(({ port, fence }) => next.port !== port && next.fence > fence));

      await daemon.kill9();
      await daemon.restart();
      const again = await recoveryOf(daemon);
      assert.deepEqual([again.leases_restored, again.leases_rebuilt], [3, 0]);
      assert.ok(again.steps.every(({ outcome }) => outcome === 'well'));
    });
  }

  it('and the configuration wants no copies, none is left, but for those of before', async () => {
    const config = { recovery: { system_recovery: { backup_corrupted_state: false } } };
    const daemon = await startDaemon({ isBuilt: true, config });
    daemons.push(daemon);
    const body = { service_type: 'dev', service_name: 'kept', project_path: daemon.home.dir };
    await daemon.request('POST', '/allocate', body);
    const live = await leasesOf(daemon);
    await daemon.kill9();
    const former = 'state-damaged-of-before.db';
    mkdirSync(daemon.home.backups, { recursive: true, mode: 0o700 });
    writeFileSync(join(daemon.home.backups, former), '');
    LOSSES['its pages are damaged']?.(daemon.home.store);
    await daemon.restart();
    assert.deepEqual(await leasesOf(daemon), live);
    assert.equal((await recoveryOf(daemon)).steps.find(({ step }) => step === 'store')?.outcome, 'mended');
    assert.deepEqual(readdirSync(daemon.home.backups), [former]);
  });
});
