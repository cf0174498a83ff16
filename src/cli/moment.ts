// Owns how people write a moment: a day or a time by this machine's clock, or how long ago it was.

import { UsageError } from './command.ts';

const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const AGO = /^(\d{1,6})([smhdw])$/;
const CLOCK = /^(\d{1,2}):(\d{2})$/;
const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?$/;

/**
 * Reads `2h`, `7d`, `09:30` (today), `2026-11-25` or `2026-11-25T09:30`.
 *
 * @param option the option that it was given for, for messages
 * @param nowMs wall clock in epoch ms
 * @returns the moment in ISO 8601, UTC
 * @throws UsageError
 */
export function momentText(text: string, option: string, nowMs: number = Date.now()): string {
  const moment = read(text, nowMs);
  if (moment !== null && !Number.isNaN(moment)) return new Date(moment).toISOString();
  throw new UsageError(
    `--${option} is how long ago (30m, 2h, 7d), a time of today (09:30), a day or a time (2026-11-25T09:30), not ${JSON.stringify(text)}`,
  );
}

function read(text: string, nowMs: number): number | null {
  const ago = AGO.exec(text);
  if (ago !== null) return nowMs - Number(ago[1]) * (UNITS[ago[2] ?? ''] ?? 0);
  const clock = CLOCK.exec(text);
  if (clock !== null) {
    const [hours, minutes] = [Number(clock[1]), Number(clock[2])];
    return hours > 23 || minutes > 59 ? null : new Date(nowMs).setHours(hours, minutes, 0, 0);
  }
  const day = DAY.exec(text);
  if (day !== null) {
    const [year, month, date] = [Number(day[1]), Number(day[2]), Number(day[3])];
    const start = new Date(year, month - 1, date);
    // The 31st of a month that has 30 days would be the 1st of the next.
    return start.getMonth() === month - 1 ? start.getTime() : null;
  }
  // A time without a zone is one of this machine's clock.
  return TIME.test(text) ? Date.parse(text.replace(' ', 'T')) : null;
}
