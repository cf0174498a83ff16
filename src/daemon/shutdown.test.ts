import assert from 'node:assert/strict';
import { it } from 'node:test';
import { homeAt } from '../home.ts';
import { createHolds } from './holds.ts';
import type { DaemonLog } from './logs.ts';
import { BUG_STATUS, createShutdown } from './shutdown.ts';

function newEnding(stopCoordinator: () => Promise<void>) {
  const said: string[] = [];
  const say = (_fields: object, message: string): void => void said.push(message);
  const log: DaemonLog = {
    debug: say,
    info: say,
    warn: say,
    error: say,
    fatal: say,
    open: async () => {},
    close: async () => {},
  };
  let exited: (status: number) => void = () => {};
  const status = new Promise<number>((resolve) => {
    exited = resolve;
  });
  let stops = 0;
  const shutdown = createShutdown({
    home: homeAt('/nonexistent/styxy'),
    log,
    streams: [createHolds()],
    servers: () => [],
    coordinator: () =>
      ({
        stop: () => {
          stops += 1;
          return stopCoordinator();
        },
      }) as never,
    homeWatch: () => null,
    onStop: async () => {},
    exit: exited,
  });
  return { shutdown, status, said, stops: () => stops };
}

it('stops once, however often it is asked', async () => {
  const { shutdown, stops } = newEnding(async () => {});
  await Promise.all([shutdown.stop('one'), shutdown.stop('two')]);
  assert.equal(stops(), 1);
});

it('closes the store after a bug, and ends with the status of one', async (t) => {
  t.mock.method(process.stderr, 'write', () => true);
  const { shutdown, status, said, stops } = newEnding(async () => {});
  shutdown.dieOfBug(new Error('boom'));
  shutdown.dieOfBug(new Error('again'));
  assert.equal(await status, BUG_STATUS);
  assert.equal(stops(), 1);
  assert.ok(said.includes('a bug: the daemon stops'));
});

it('ends with that status also when nothing works any more', async (t) => {
  t.mock.method(process.stderr, 'write', () => true);
  const { shutdown, status } = newEnding(() => Promise.reject(new Error('the store is broken')));
  shutdown.dieOfBug('boom');
  assert.equal(await status, BUG_STATUS);
});
