// Proves that two copies of each tool from Debian run side by side, and leave nothing.

import { after, before, describe, it } from 'node:test';
import { DEBIAN_TOOLS } from './debian-tools.ts';
import { debianVersion, skipReason } from './met.ts';
import { tryTwoCopies } from './two-copies.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;
before(async () => {
  workshop = await openWorkshop({ hasPackages: false });
});
after(() => workshop.close());

describe('two copies under styxy run have two ports, and SIGTERM leaves nothing of', {
  concurrency: 2,
}, () => {
  for (const tool of DEBIAN_TOOLS) {
    it(tool.name, async (t) => {
      const version = debianVersion(tool);
      if (version === null) return t.skip(skipReason(`${tool.program} is missing`));
      t.diagnostic(version);
      await tryTwoCopies(workshop, tool);
    });
  }
});
