import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { homeAt } from '../home.ts';
import { newMark, type Processes } from './members.ts';
import type { ReceivedSignal } from './signals.ts';
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

  it('kills the whole tree at SIGKILL, and asks nobody before', {
    skip: process.platform === 'win32' ? 'it has no such signals' : false,
  }, async () => {
    const text =
      "process.on('SIGTERM', () => console.log('asked')); setInterval(() => {}, 1e9); console.log('there')";
    const stubborn = spawn(process.execPath, ['-e', text], { stdio: ['ignore', 'pipe', 'ignore'] });
    let said = '';
    stubborn.stdout.on('data', (more) => {
      said += more;
    });
    const gone = once(stubborn, 'exit');
    await once(stubborn.stdout, 'data');
    const identity = (pid: number) => ({ pid, startTicks: '1', bootId: 'b', pidNamespace: 'n' });
    const isGone = (): boolean => stubborn.exitCode !== null || stubborn.signalCode !== null;
    const processes: Processes = {
      identify: identity,
      ancestors: () => [],
      life: ({ pid }) => (pid === stubborn.pid && !isGone() ? 'alive' : 'dead'),
      descendants: () => (isGone() ? [] : [identity(stubborn.pid ?? 0)]),
      withEnvironment: () => [],
    };
    const receiver = Promise.withResolvers<(received: ReceivedSignal) => void>();
    const supervision = supervise(
      {
        home: homeAt(join(tmpdir(), 'styxy-no-home')),
        words: ['sleep', '0.2'],
        env: process.env,
        stdio: 'ignore',
        mark: null,
        receive: (receive) => {
          receiver.resolve(receive);
          return () => {};
        },
        onStarted: () => {},
      },
      async () => processes,
    );
    (await receiver.promise)({ signal: 'SIGKILL', isForCommand: true });
    assert.deepEqual([(await gone)[1], said], ['SIGKILL', 'there\n']);
    await supervision;
  });
});
