import assert from 'node:assert/strict';
import { beforeEach, describe, it, mock } from 'node:test';
import type { SystemUsage } from '../api/schemas.ts';
import type { HoldEvent } from '../api/schemas-renew.ts';
import { watchPort } from './port-watch.ts';

const STRANGER: SystemUsage = {
  pid: 99,
  process: 'vite',
  command: null,
  user: null,
  cwd: '/src/other',
  container: null,
  addresses: [],
};
const OWN: SystemUsage = { ...STRANGER, pid: 12 };

interface Given {
  readonly usage?: SystemUsage | null;
  readonly isServer?: boolean;
}

function scene({ usage = null, isServer = false }: Given = {}) {
  const said: string[] = [];
  const clock = { now: 0 };
  const watch = watchPort({
    isServer,
    helpers: new Set([9300]),
    usage: async () => usage,
    isMember: async (pid) => pid === OWN.pid,
    onLost: () => said.push('lost'),
    onDrift: (ports, stranger) =>
      said.push(`on ${ports.join(' ')}${stranger === null ? '' : ' beside a stranger'}`),
    onHijacked: () => said.push('hijacked'),
    now: () => clock.now,
  });
  const take = async (event: Partial<HoldEvent>, afterMs = 0): Promise<void> => {
    watch.take({ event: 'seen', lock_id: 'lk', message: '', ...event });
    mock.timers.tick(afterMs);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { watch, take, said, clock };
}

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
});

describe('a port that a stranger took', () => {
  it('is lost while the command is starting, and said once', async () => {
    const { take, said } = scene({ usage: STRANGER });
    await take({ state: 'hijacked' });
    await take({ state: 'hijacked' });
    assert.deepEqual(said, ['lost']);
  });

  it('is only told of once the command has served, or worked for long', async () => {
    const served = scene({ usage: STRANGER });
    await served.take({ state: 'active', served: true });
    await served.take({ state: 'hijacked', served: true });
    await served.take({ state: 'hijacked', served: true });
    assert.deepEqual(served.said, ['hijacked']);
    const worked = scene({ usage: STRANGER });
    worked.clock.now = 60_000;
    await worked.take({ state: 'hijacked' });
    assert.deepEqual(worked.said, ['hijacked']);
  });

  for (const [what, usage] of [
    ['nobody listens any more', null],
    ['it is of the command', OWN],
    ['it is a container', { ...STRANGER, container: 'db' }],
  ] as const) {
    it(`is no stranger's where ${what}`, async () => {
      const { take, said } = scene({ usage });
      await take({ state: 'hijacked' });
      assert.deepEqual(said, []);
    });
  }
});

describe('a command that listens elsewhere', () => {
  it('is told of once it stays there', async () => {
    const { take, said } = scene();
    await take({ state: 'reserved', drift: [5174] }, 9_999);
    assert.deepEqual(said, []);
    await take({ state: 'reserved', drift: [5174] }, 1);
    assert.deepEqual(said, ['on 5174'], 'the same drift does not begin anew');
    await take({ state: 'reserved', drift: [5174] }, 30_000);
    assert.deepEqual(said, ['on 5174'], 'and is told once');
  });

  it('is not told of where it comes to its own port meanwhile', async () => {
    const { take, said } = scene();
    await take({ state: 'reserved', drift: [9229] }, 9_000);
    await take({ state: 'active', drift: [], served: true }, 10_000);
    assert.deepEqual(said, []);
  });

  it('is not told of where it goes on to another port while its own is looked at', async () => {
    const said: string[] = [];
    let answer = (): void => {};
    const watch = watchPort({
      isServer: true,
      usage: () =>
        new Promise((resolve) => {
          answer = () => resolve(null);
        }),
      isMember: async () => false,
      onLost: () => {},
      onDrift: (ports) => said.push(ports.join(' ')),
      onHijacked: () => {},
      now: () => 0,
    });
    const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const drift = (...ports: readonly number[]): void =>
      watch.take({ event: 'seen', lock_id: 'lk', message: '', state: 'reserved', drift: [...ports] });
    drift(9229);
    mock.timers.tick(10_000);
    drift(5174);
    answer();
    await settle();
    assert.deepEqual(said, []);
    mock.timers.tick(10_000);
    answer();
    await settle();
    assert.deepEqual(said, ['5174']);
  });

  it('is not blamed for the port of its debugger', async () => {
    const { take, said } = scene();
    await take({ state: 'reserved', drift: [9300] }, 10_000);
    assert.deepEqual(said, []);
    await take({ state: 'reserved', drift: [5174, 9300] }, 10_000);
    assert.deepEqual(said, ['on 5174']);
  });

  it('is told of with whoever has its port', async () => {
    const { take, said } = scene({ usage: STRANGER });
    await take({ state: 'active', drift: [5174] }, 10_000);
    assert.deepEqual(said, ['on 5174 beside a stranger']);
  });
});

describe('the end of a command', () => {
  for (const [what, given, status, isStranger] of [
    ['failed, with a stranger on its port', { usage: STRANGER }, 1, true],
    ['failed, with nobody on its port', {}, 1, false],
    ['failed, with somebody there who cannot be named', { usage: { ...STRANGER, pid: null } }, 1, false],
    ['is fine, of a command that need not listen', { usage: STRANGER }, 0, false],
    ['looks fine, of a server', { usage: STRANGER, isServer: true }, 0, true],
    ['was a signal', { usage: STRANGER, isServer: true }, null, false],
  ] as const) {
    it(`that ${what} is ${isStranger ? '' : 'not '}the stranger's doing`, async () => {
      const { watch } = scene(given);
      assert.deepEqual(await watch.strangerAtEnd(status), isStranger ? STRANGER : null);
    });
  }

  it('is its own doing once it has served or worked for long', async () => {
    const served = scene({ usage: STRANGER });
    await served.take({ state: 'active', served: true });
    assert.equal(await served.watch.strangerAtEnd(1), null);
    const worked = scene({ usage: STRANGER });
    worked.clock.now = 60_000;
    assert.equal(await worked.watch.strangerAtEnd(1), null);
  });
});
