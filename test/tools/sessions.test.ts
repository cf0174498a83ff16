// Proves that eight sessions in eight worktrees of one project work side by side, each with a server of its own.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { strayFiles } from './checkouts.ts';
import { NPM_TOOLS } from './npm-tools.ts';
import { openWorkshop, processesOf, type Workshop } from './workshop.ts';

const SESSIONS = 8;

let workshop: Workshop;
before(async () => {
  workshop = await openWorkshop({ hasPackages: true });
});
after(() => workshop.close());

describe('eight sessions in eight worktrees', () => {
  const vite = NPM_TOOLS.find(({ package: name }) => name === 'vite');

  it('have eight ports at once, and the same ones when all of them start again', async () => {
    assert.ok(vite !== undefined);
    const names = Array.from({ length: SESSIONS }, (_, at) => `session-${at + 1}`);
    const checkouts = workshop.checkouts('eight', vite, names);
    const serve = async (): Promise<number[]> => {
      const copies = checkouts.map((checkout) => ({
        checkout,
        run: workshop.run(['--', 'npm', 'run', 'dev'], checkout.path, { STYXY_INSTANCE: checkout.copy }),
      }));
      const leases = await Promise.all(copies.map((copy) => workshop.served(copy, vite.answers)));
      assert.deepEqual(
        leases.map((lease) => lease.instance_id),
        names,
      );
      await workshop.end(...copies);
      assert.deepEqual(processesOf(workshop.root), []);
      assert.deepEqual(await workshop.fixture.leases(), []);
      return leases.map(({ port }) => port);
    };
    const ports = await serve();
    assert.equal(new Set(ports).size, SESSIONS);
    assert.deepEqual(await serve(), ports);
    for (const checkout of checkouts) assert.equal(strayFiles(checkout), '');
  });
});
