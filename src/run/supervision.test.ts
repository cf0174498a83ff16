import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { homeAt } from '../home.ts';
import { newMark, type Processes } from './members.ts';
import { supervise } from './supervision.ts';

describe('the supervision of a command', () => {
  it('looks for its processes when a signal comes, before the command can end by it', async () => {
    let walks = 0;
    let environments = 0;
    const processes: Processes = {
      identify: (pid) => ({ pid, startTicks: '1', bootId: 'b', pidNamespace: 'n' }),
      ancestors: () => [],
      life: () => 'dead',
      descendants: () => {
        walks += 1;
        return [];
      },
      withEnvironment: () => {
        environments += 1;
        return [];
      },
    };
    const isLoaded = Promise.withResolvers<void>();
    const supervision = supervise(
      {
        home: homeAt(join(tmpdir(), 'styxy-no-home')),
        words: ['sleep', '60'],
        env: process.env,
        stdio: 'ignore',
        mark: newMark(),
        onStarted: (started) => void started.isMember(1).then(() => isLoaded.resolve()),
      },
      async () => processes,
    );
    await isLoaded.promise;
    [walks, environments] = [0, 0];
    process.emit('SIGTERM', 'SIGTERM');
    assert.deepEqual([walks, environments], [1, 1]);
    assert.deepEqual(await supervision, {
      ending: { kind: 'signalled', signal: 'SIGTERM' },
      wasSignalled: true,
    });
  });
});
