import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StyxyError } from '../errors.ts';
import type { ReceivedSignal } from '../run/signals.ts';
import type { RunHooks } from './attempt.ts';
import type { Service } from './service.ts';
import { beginLife, type LifeOptions, type ServiceLife } from './service-life.ts';

const SERVICE: Service = {
  name: 'api',
  command: 'x',
  type: null,
  preferredPort: null,
  listens: false,
  directory: '/',
  env: {},
  dependsOn: [],
  ready: { kind: 'started' },
  readyTimeoutMs: 60_000,
  restartsOnFailure: false,
};
const INTERRUPT: ReceivedSignal = { signal: 'SIGINT', isForCommand: false };

interface World {
  readonly life: ServiceLife;
  readonly said: string[];
  /** Each run that was begun. */
  readonly runs: TestRun[];
  readonly abandoned: () => boolean;
}

interface TestRun {
  readonly hooks: RunHooks;
  readonly signals: ReceivedSignal[];
  readonly end: (status: number) => void;
  readonly fail: (error: Error) => void;
}

function live(service: Partial<Service> = {}, more: Partial<LifeOptions> = {}): World {
  const said: string[] = [];
  const runs: TestRun[] = [];
  let isAbandoned = false;
  const life = beginLife({
    service: { ...SERVICE, ...service },
    dependencies: [],
    lease: null,
    run: (hooks) => {
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      const signals: ReceivedSignal[] = [];
      hooks.receive((signal) => signals.push(signal));
      runs.push({ hooks, signals, end: resolve, fail: reject });
      return promise;
    },
    abandon: async () => {
      isAbandoned = true;
    },
    awaitReadiness: async () => false,
    onLine: () => {},
    onReady: () => {},
    say: (message) => said.push(message),
    ...more,
  });
  return { life, said, runs, abandoned: () => isAbandoned };
}

/** The run with this number, once it was begun. */
async function runOf({ runs }: World, index = 0): Promise<TestRun> {
  for (;;) {
    const run = runs[index];
    if (run !== undefined) return run;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('the life of a service', () => {
  it('begins when those are ready that it depends on', async () => {
    const db = Promise.withResolvers<boolean>();
    const world = live({}, { dependencies: [{ name: 'db', settled: db.promise }] });
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([world.runs.length, world.life.view().state], [0, 'waiting']);
    db.resolve(true);
    const run = await runOf(world);
    assert.equal(world.life.view().state, 'starting');
    run.hooks.onStarted();
    assert.equal(await world.life.settled, true);
    assert.equal(world.life.view().state, 'ready');
    run.end(0);
    assert.equal(await world.life.ended, 0);
    assert.deepEqual([world.life.view().state, world.said], ['ended', ['ended with status 0']]);
  });

  it('never begins where one of them does not get ready, and gives back what it was given', async () => {
    const settled = Promise.resolve(false);
    const world = live({}, { dependencies: [{ name: 'db', settled }] });
    assert.equal(await world.life.ended, 1);
    assert.equal(await world.life.settled, false);
    assert.deepEqual([world.life.view().state, world.runs.length, world.abandoned()], ['skipped', 0, true]);
    assert.match(world.said.join(), /depends on db/);
  });

  it('ends while it waits for others, and while it starts', async () => {
    const never = new Promise<boolean>(() => {});
    const waiting = live({}, { dependencies: [{ name: 'db', settled: never }] });
    waiting.life.stop(INTERRUPT);
    assert.equal(await waiting.life.ended, 0);
    assert.deepEqual([waiting.life.view().state, waiting.abandoned()], ['ended', true]);

    const starting = live({ ready: { kind: 'output', text: 'up' } });
    const run = await runOf(starting);
    starting.life.stop(INTERRUPT);
    assert.deepEqual(run.signals, [INTERRUPT]);
    run.end(130);
    assert.equal(await starting.life.ended, 0);
    assert.equal(await starting.life.settled, false);
  });

  it('passes a signal on that came before its command was there, also one from the keyboard', async () => {
    const begun = Promise.withResolvers<RunHooks>();
    const ending = Promise.withResolvers<number>();
    const world = live(
      {},
      {
        run: (hooks) => {
          begun.resolve(hooks);
          return ending.promise;
        },
      },
    );
    const hooks = await begun.promise;
    world.life.stop(INTERRUPT);
    const received: ReceivedSignal[] = [];
    hooks.receive((signal) => received.push(signal));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(received, [{ signal: 'SIGINT', isForCommand: true }]);
    ending.resolve(130);
    assert.equal(await world.life.ended, 0);
  });

  it('is a failure where it ends with another status, or before it is ready', async () => {
    const failing = live();
    const run = await runOf(failing);
    run.hooks.onStarted();
    run.end(3);
    assert.equal(await failing.life.ended, 3);
    assert.deepEqual([failing.life.view().state, failing.said], ['failed', ['ended with status 3']]);

    const early = live({ ready: { kind: 'output', text: 'up' } });
    (await runOf(early)).end(0);
    assert.equal(await early.life.ended, 1);
    assert.match(early.said.join(), /before it was ready/);
  });

  it('is ready by what it prints', async () => {
    const lines: string[] = [];
    const world = live(
      { ready: { kind: 'output', text: 'compiled' } },
      { onLine: (stream, line) => lines.push(`${stream} ${line}`) },
    );
    const run = await runOf(world);
    run.hooks.onStarted();
    run.hooks.onOutput('stdout', Buffer.from('start\ncomp'));
    assert.equal(world.life.view().state, 'starting');
    run.hooks.onOutput('stderr', Buffer.from('now compiled\n'));
    assert.equal(await world.life.settled, true);
    run.end(0);
    await world.life.ended;
    assert.deepEqual(lines, ['stdout start', 'stderr now compiled', 'stdout comp']);
  });

  it('is completed by its end with status 0, and only by that', async () => {
    const world = live({ ready: { kind: 'completed' } });
    const run = await runOf(world);
    run.hooks.onStarted();
    assert.equal(world.life.view().state, 'starting');
    run.end(0);
    assert.equal(await world.life.settled, true);
    assert.equal(await world.life.ended, 0);
    assert.equal(world.life.view().state, 'completed');
    const failing = live({ ready: { kind: 'completed' } });
    (await runOf(failing)).end(2);
    assert.deepEqual([await failing.life.settled, await failing.life.ended], [false, 2]);
  });

  it('is ended where it is not ready in time, and that is a failure', async () => {
    const world = live({ ready: { kind: 'output', text: 'up' }, readyTimeoutMs: 1 });
    const run = await runOf(world);
    while (run.signals.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    assert.deepEqual(run.signals, [{ signal: 'SIGTERM', isForCommand: true }]);
    run.end(143);
    assert.equal(await world.life.ended, 1);
    assert.match(world.said.join(), /not ready after 0.001 s/);
  });

  it('begins again after a failure where that is asked for, and its dependents know of its first readiness', async () => {
    const world = live({ restartsOnFailure: true });
    const first = await runOf(world);
    first.end(7);
    const second = await runOf(world, 1);
    assert.equal(world.life.view().state, 'starting');
    second.hooks.onStarted();
    assert.equal(await world.life.settled, true);
    second.fail(new StyxyError('RANGE_EXHAUSTED', 'no port', { hint: 'Free one.' }));
    const third = await runOf(world, 2);
    third.hooks.onStarted();
    third.end(0);
    assert.equal(await world.life.ended, 0);
    assert.match(world.said[0] ?? '', /ended with status 7; restart 1 of 5 in 0.5 s/);
    assert.match(world.said[1] ?? '', /cannot start: no port. Free one.; restart 2 of 5/);
  });

  it('ends in the pause before it begins again', async () => {
    const world = live({ restartsOnFailure: true });
    (await runOf(world)).end(7);
    while (world.life.view().state !== 'pausing') await new Promise((resolve) => setImmediate(resolve));
    world.life.stop(INTERRUPT);
    assert.equal(await world.life.ended, 0);
    assert.equal(world.runs.length, 1);
  });
});
