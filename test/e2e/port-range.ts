// Owns the ranges of ports that heavy tests take: below those that the system hands out, with nobody on them now.

import { readFileSync } from 'node:fs';

export type Range = readonly [first: number, last: number];

/** Where each of the heavy tests may take its ports, so that tests that run side by side do not meet. */
export const AREAS = {
  reloading: [21_400, 21_599],
  answering: [21_600, 21_649],
  singles: [21_650, 21_799],
  runs: [22_000, 28_599],
  losing: [28_600, 28_799],
  drifting: [28_800, 28_999],
  adopting: [29_000, 29_249],
  cleaning: [29_250, 29_449],
  hijacking: [29_480, 29_499],
  packed: [29_500, 29_699],
  killing: [29_700, 30_199],
  fullDisk: [30_200, 30_399],
  life: [30_400, 30_659],
  watching: [30_660, 30_679],
  metering: [30_680, 30_699],
  serving: [21_800, 21_899],
  explaining: [21_900, 21_999],
  events: [29_450, 29_479],
  picturing: [16_200, 16_399],
  crowding: [12_500, 15_999],
  embedding: [21_900, 21_949],
  auditing: [17_800, 17_999],
  speaking: [16_200, 16_399],
  containing: [15_860, 15_879],
  scraping: [15_880, 15_899],
  composing: [15_900, 16_199],
  hooking: [16_400, 16_599],
  soaking: [16_600, 17_599],
  abusing: [17_600, 17_799],
  concurrency: [30_700, 32_767],
  tools: [18_000, 20_999],
} as const satisfies Record<string, Range>;

const TRIES = 200;

/**
 * A range of `size` ports within an area, at a place of chance, on which nobody is at the moment.
 *
 * @throws Error when there is none
 */
export function freeRange(area: keyof typeof AREAS, size: number): Range {
  const [from, to] = AREAS[area];
  const taken = takenPorts();
  for (let tries = 0; tries < TRIES; tries++) {
    const first = from + Math.floor(Math.random() * (to - from + 2 - size));
    const isFree = !taken.some((port) => port >= first && port < first + size);
    if (isFree) return [first, first + size - 1];
  }
  const within = taken.filter((port) => port >= from && port <= to);
  throw new Error(`no ${size} free ports between ${from} and ${to}; taken: ${within.join(', ')}`);
}

/** An address, a port, whom it speaks to, and the state; 06 is TIME_WAIT, which keeps nobody from listening. */
const ROW = /^ *\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} (?!06)/;

/** Local ports of every socket that Linux shows; elsewhere nothing is known, and chance must do. */
function takenPorts(): number[] {
  return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((table) => {
    try {
      const rows = readFileSync(`/proc/self/net/${table}`, 'latin1').split('\n');
      return rows.flatMap((row) => Number.parseInt(ROW.exec(row)?.[1] ?? '', 16) || []);
    } catch {
      return [];
    }
  });
}
