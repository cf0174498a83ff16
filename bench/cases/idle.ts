// Owns the processor time of a daemon that nobody asks anything.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Case } from '../bench.ts';
import { cpuSeconds } from '../process-cost.ts';
import { makeHome, startDaemon } from '../servers.ts';

const LIMIT_PERCENT = 0.1;

export const idle: Case = {
  name: 'idle',
  summary: 'processor time of a daemon without leases and without requests',
  async run(bench) {
    const { idleMs, restMs } = bench.plan;
    const daemon = await startDaemon(bench.program, makeHome(bench.scratch));
    try {
      // What belongs to the start, such as the loading of the logger, is over by then.
      await sleep(restMs * 3);
      bench.say(`idle: ${(idleMs / 1000).toFixed(0)} s`);
      const began = performance.now();
      const before = cpuSeconds(daemon.pid);
      await sleep(idleMs);
      const usedMs = (cpuSeconds(daemon.pid) - before) * 1000;
      const elapsedMs = performance.now() - began;
      return [
        {
          what: 'processor time, idle',
          measured: (usedMs / elapsedMs) * 100,
          unit: '%',
          limit: LIMIT_PERCENT,
          detail: `${usedMs.toFixed(1)} ms in ${(elapsedMs / 1000).toFixed(0)} s`,
        },
      ];
    } finally {
      await daemon.stop();
    }
  },
};
