// Proves that two copies of each tool from npm run side by side, and leave nothing.

import { after, before, describe, it } from 'node:test';
import { npmVersion } from './met.ts';
import { NPM_TOOLS } from './npm-tools.ts';
import { tryTwoCopies } from './two-copies.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;
before(async () => {
  workshop = await openWorkshop({ hasPackages: true });
});
after(() => workshop.close());

describe('two copies under styxy run have two ports, and SIGTERM leaves nothing of', {
  concurrency: 2,
}, () => {
  for (const tool of NPM_TOOLS) {
    it(tool.name, async (t) => {
      t.diagnostic(npmVersion(tool, workshop.packages));
      await tryTwoCopies(workshop, tool);
    });
  }
});
