// Proves that a daemon lives through what is done to it by those who mean it harm or know no better.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ORDEALS, PORTS, TYPE } from '../destruction/ordeals.ts';
import { startDaemon } from './daemon-fixture.ts';
import { freeRange } from './port-range.ts';

const skip = process.platform === 'linux' ? false : 'the descriptors of a process are read from /proc';

describe('a daemon lives through', { skip }, () => {
  for (const [name, ordeal] of Object.entries(ORDEALS)) {
    it(name, async (t) => {
      const daemon = await startDaemon({
        isBuilt: true,
        config: { service_types: { [TYPE]: { range: freeRange('abusing', PORTS) } } },
      });
      t.after(() => daemon.stop());
      const { pid } = daemon;
      t.diagnostic(await ordeal(daemon));
      assert.equal(daemon.pid, pid);
      assert.equal((await daemon.request('GET', '/health')).status, 200);
      const log = readFileSync(join(daemon.home.logs, 'daemon.log'), 'utf8');
      assert.doesNotMatch(log, /a bug|uncaught|"level":60/i);
    });
  }
});
