import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serviceType, testCatalogue } from '../../test/fixtures/catalogue.ts';
import { createDesk } from '../../test/fixtures/core-desk.ts';
import type { LeaseEntry } from '../core/lease.ts';
import type { PortOwner } from '../os/os.ts';
import { findStrays } from './drift.ts';

/** A run (pid 10, with a lease beside that no connection holds) starts npm (11), which starts the server (12), and the daemon (13); an agent's session (20) has a program (21). */
const PARENTS: Readonly<Record<number, number>> = { 13: 10, 12: 11, 11: 10, 10: 1, 21: 20, 20: 1, 1: 0 };

function ancestors(pid: number): number[] {
  const chain: number[] = [];
  for (let at = pid; at !== 0; at = PARENTS[at] ?? 0) chain.push(at);
  return chain;
}

function scene(sockets: readonly PortOwner[] | null) {
  const desk = createDesk(testCatalogue([serviceType('dev', 3000, 3009)]));
  const grant = (serviceName: string, pid: number | null): LeaseEntry => {
    const process = pid === null ? null : { pid, startTicks: '1', bootId: 'b', pidNamespace: 'n' };
    const { lockId } = desk.granted({ serviceName, pid, process }).snapshot.lease;
    if (serviceName === 'run') desk.submit({ kind: 'hold', lockId, delta: 1 });
    return desk.state.lease(lockId) as LeaseEntry;
  };
  const beside = grant('beside', 10);
  const leases = [grant('run', 10), grant('session', 20), grant('nobody', null), beside] as const;
  let turns = 0;
  const eyes = {
    ports: { sockets: async () => sockets },
    processes: { ancestors },
    daemonPid: 13,
    scheduler: {
      defer: (fn: () => void) => {
        turns += 1;
        fn();
      },
      after: () => () => {},
    },
  };
  const find = async () => {
    const strays = await findStrays(eyes, desk.state, leases, 0);
    return strays === null ? null : leases.map((entry) => strays.of(entry));
  };
  return { find, turns: () => turns };
}

const tcp = (port: number, pid: number | null): PortOwner => ({ protocol: 'tcp', port, pid });

describe('the search for servers on other ports', () => {
  it("finds the ports of a running command's whole tree, ascending and once", async () => {
    const { find } = scene([tcp(5174, 12), tcp(5174, 12), tcp(5000, 11), tcp(9000, null)]);
    assert.deepEqual(await find(), [[5000, 5174], [], [], []]);
  });

  it('leaves out ports that are leased, whosever they are, and another protocol', async () => {
    const { find } = scene([tcp(3000, 12), tcp(3001, 12), { protocol: 'udp', port: 5353, pid: 12 }]);
    assert.deepEqual(await find(), [[], [], [], []]);
  });

  it("leaves out the daemon's own ports, although the run that found none started it", async () => {
    assert.deepEqual(await scene([tcp(9876, 13), tcp(5174, 12)]).find(), [[5174], [], [], []]);
  });

  it("leaves out the ports of helpers, such as Node's inspector", async () => {
    const sockets = [9229, 9230, 24_678, 35_729, 9250].map((port) => tcp(port, 12));
    assert.deepEqual((await scene(sockets).find())?.[0], [9250]);
  });

  it('blames no session, neither for its programs nor for its own ports', async () => {
    assert.deepEqual(await scene([tcp(7777, 21), tcp(7778, 20)]).find(), [[], [], [], []]);
  });

  it('shows the lowest twenty of very many ports', async () => {
    const many = Array.from({ length: 3000 }, (_, i) => tcp(20_000 - i, 12));
    const { find, turns } = scene(many);
    assert.deepEqual(
      (await find())?.[0],
      Array.from({ length: 20 }, (_, i) => 17_001 + i),
    );
    assert.equal(turns(), 3, 'one process with many sockets does not keep the others waiting');
  });

  it('looks at every socket a few times at most, however many a command has', async () => {
    let looks = 0;
    const counted = (port: number): PortOwner => ({
      protocol: 'tcp',
      pid: 12,
      get port() {
        looks += 1;
        return port;
      },
    });
    await scene(Array.from({ length: 5000 }, (_, i) => counted(10_000 + i))).find();
    assert.ok(looks <= 5 * 5000, `${looks} looks`);
  });

  it('knows nothing where the table cannot be read', async () => {
    assert.equal(await scene(null).find(), null);
  });

  it('lets other work have its turn', async () => {
    const many = Array.from({ length: 100 }, (_, i) => tcp(10_000 + i, 1000 + i));
    const { find, turns } = scene(many);
    await find();
    assert.equal(turns(), 3);
  });
});
