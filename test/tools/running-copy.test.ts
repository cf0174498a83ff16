// Proves that a tool which runs already in a checkout is left alone: the second copy is told, and has a port of its own.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DEBIAN_TOOLS } from './debian-tools.ts';
import { debianVersion, skipReason } from './met.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;
before(async () => {
  workshop = await openWorkshop({ hasPackages: false });
});
after(() => workshop.close());

describe('a second copy in one checkout', { concurrency: 2 }, () => {
  for (const name of ['Python http.server', 'Flask', 'Redis']) {
    it(`of ${name} is told where the first one runs, and takes another port`, async (t) => {
      const tool = DEBIAN_TOOLS.find((each) => each.name === name);
      assert.ok(tool !== undefined);
      if (debianVersion(tool) === null) return t.skip(skipReason(`${tool.program} is missing`));
      const [checkout] = workshop.checkouts(name, tool, ['main']);
      assert.ok(checkout !== undefined);
      const first = workshop.start(tool, checkout);
      const held = await workshop.served(first, tool.answers);
      const second = workshop.start(tool, checkout);
      const beside = await workshop.served(second, tool.answers);

      assert.notEqual(beside.port, held.port);
      assert.match(second.run.err(), new RegExp(`runs already at .*\\b${held.port}\\b`));
      assert.doesNotMatch(first.run.err(), /runs already/);

      await workshop.end(second);
      assert.equal(await tool.answers(held.port, checkout.copy, checkout.path), true);
      await workshop.end(first);
      assert.ok(
        !(await workshop.fixture.leases()).some(({ project_path }) => project_path === checkout.path),
      );
    });
  }
});
