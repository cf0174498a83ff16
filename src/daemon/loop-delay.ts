// Owns the measuring of the event loop's delay: from the first time that somebody asks, and while somebody goes on asking.

import { monitorEventLoopDelay } from 'node:perf_hooks';

/** The measurement wakes the process as often: that is too dear while nobody asks. */
const RESOLUTION_MS = 20;
/** Nobody scrapes less often than this. */
const IDLE_MS = 600_000;
type DelayHistogram = ReturnType<typeof monitorEventLoopDelay>;
const QUANTILES = [0.5, 0.9, 0.99] as const;

export interface LoopDelay {
  /** Seconds by quantile since the last time it was asked; empty at the first. */
  take(): readonly (readonly [quantile: string, seconds: number])[];
}

export function createLoopDelay(): LoopDelay {
  let histogram: DelayHistogram | null = null;
  let idle: NodeJS.Timeout | null = null;
  return {
    take() {
      const measured = histogram === null || histogram.count === 0 ? [] : read(histogram);
      if (histogram === null) {
        histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
        histogram.enable();
      } else histogram.reset();
      if (idle !== null) clearTimeout(idle);
      idle = setTimeout(() => {
        histogram?.disable();
        histogram = null;
      }, IDLE_MS).unref();
      return measured;
    },
  };
}

function read(histogram: DelayHistogram): [string, number][] {
  // The timer's own interval is part of what is measured.
  const seconds = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1000);
  return [
    ...QUANTILES.map((quantile): [string, number] => [
      String(quantile),
      seconds(histogram.percentile(quantile * 100)),
    ]),
    ['1', seconds(histogram.max)],
  ];
}
