// Owns the resident memory of a daemon: idle, after load has gone, and for each lease that it holds.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, Case } from '../bench.ts';
import { residentBytes } from '../process-cost.ts';
import type { Row } from '../report.ts';
import { BULK_TYPE, makeHome, startDaemon } from '../servers.ts';
import { spread } from '../statistics.ts';

const IDLE_LIMIT_MB = 90;
const LEASE_LIMIT_BYTES = 2048;
const MB = 1_000_000;

export const memory: Case = {
  name: 'memory',
  summary: 'resident memory: idle, after load, and for each of 20,000 leases',
  async run(bench) {
    const idle: number[] = [];
    const afterLoad: number[] = [];
    const ofLease: number[] = [];
    const ofLoneLease: number[] = [];
    for (let round = 0; round < bench.plan.daemons; round++) {
      bench.say(`memory: daemon ${round + 1} of ${bench.plan.daemons}`);
      const { idleBytes, afterLoadBytes } = await underLoad(bench);
      idle.push(idleBytes / MB);
      afterLoad.push(afterLoadBytes / MB);
      ofLease.push(await bytesPerLease(bench, 10));
      ofLoneLease.push(await bytesPerLease(bench, 1));
    }
    const rows: Row[] = [
      { what: 'resident memory, idle', measured: spread(idle), unit: 'MB', limit: IDLE_LIMIT_MB },
      {
        what: 'resident memory after load',
        measured: spread(afterLoad),
        unit: 'MB',
        limit: IDLE_LIMIT_MB,
        detail: '16 connections, then a rest',
      },
      {
        what: 'memory of a lease held',
        measured: spread(ofLease),
        unit: 'bytes',
        limit: LEASE_LIMIT_BYTES,
        detail: `${bench.plan.leases} leases, ten for each project and instance`,
      },
      {
        what: 'memory of a lease held, alone in its project',
        measured: spread(ofLoneLease),
        unit: 'bytes',
        limit: null,
        detail: 'a project and an instance for each lease',
      },
    ];
    return rows;
  },
};

async function underLoad(bench: Bench): Promise<{ idleBytes: number; afterLoadBytes: number }> {
  const daemon = await startDaemon(bench.program, makeHome(bench.scratch));
  try {
    await sleep(bench.plan.restMs);
    const idleBytes = residentBytes(daemon.pid);
    await bench.load.run({
      kind: 'churn',
      socket: daemon.socket,
      connections: 16,
      durationMs: bench.plan.warmUpMs,
      serviceType: 'dev',
      projects: bench.program.checkouts,
      release: 'for-project',
    });
    await sleep(bench.plan.restMs * 3);
    return { idleBytes, afterLoadBytes: residentBytes(daemon.pid) };
  } finally {
    await daemon.stop();
  }
}

async function bytesPerLease(bench: Bench, leasesPerProject: number): Promise<number> {
  const { leases, restMs } = bench.plan;
  const daemon = await startDaemon(bench.program, makeHome(bench.scratch));
  try {
    await sleep(restMs);
    const before = residentBytes(daemon.pid);
    await bench.load.run({
      kind: 'fill',
      socket: daemon.socket,
      leases,
      serviceType: BULK_TYPE,
      leasesPerProject,
    });
    await sleep(restMs * 3);
    return (residentBytes(daemon.pid) - before) / leases;
  } finally {
    await daemon.stop();
  }
}
