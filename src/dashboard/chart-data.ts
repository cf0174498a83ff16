// Owns the lines of the charts: which number of each minute, and how the whole is said in a sentence.

import type { HistoryMinute } from '../api/schemas-dashboard.ts';

export interface ChartLine {
  readonly title: string;
  /** The colour's name in the page's styles. */
  readonly colour: string;
  readonly read: (minute: HistoryMinute) => number | null;
}

export interface Chart {
  readonly title: string;
  /** Behind a number. */
  readonly unit: string;
  readonly lines: readonly ChartLine[];
}

export const CHARTS: readonly Chart[] = [
  {
    title: 'Allocations per minute',
    unit: '',
    lines: [
      { title: 'granted', colour: 'cell-active', read: ({ granted }) => granted },
      { title: 'existing', colour: 'cell-reserved', read: ({ existing }) => existing },
      { title: 'refused', colour: 'cell-hijacked', read: ({ refused }) => refused },
    ],
  },
  {
    title: 'Conflicts per minute',
    unit: '',
    lines: [
      { title: 'taken ports met', colour: 'cell-foreign', read: ({ conflicts }) => conflicts },
      { title: 'hijacks', colour: 'cell-hijacked', read: ({ hijacks }) => hijacks },
    ],
  },
  {
    title: 'Latency of an allocation',
    unit: ' ms',
    lines: [
      { title: 'median', colour: 'accent', read: ({ latency_ms: ms }) => ms?.median ?? null },
      { title: '95 %', colour: 'cell-quarantined', read: ({ latency_ms: ms }) => ms?.p95 ?? null },
    ],
  },
];

/** A chart spans as much at least, in s: of a daemon that has just started, the rest is empty. */
const LEAST_SPAN_S = 30 * 60;

/** The columns as the chart takes them: seconds first, then a column for each line. */
export function columnsOf({ lines }: Chart, minutes: readonly HistoryMinute[]): (number | null)[][] {
  const columns = exactColumns(lines, minutes);
  const [seconds = []] = columns;
  const [first, last] = [seconds[0] ?? 0, seconds.at(-1) ?? 0];
  if (minutes.length === 0 || last - first >= LEAST_SPAN_S) return columns;
  return columns.map((column, index) => [index === 0 ? last - LEAST_SPAN_S : null, ...column]);
}

function exactColumns(lines: readonly ChartLine[], minutes: readonly HistoryMinute[]): (number | null)[][] {
  return [minutes.map(({ at }) => Date.parse(at) / 1000), ...lines.map(({ read }) => minutes.map(read))];
}

/** A number as people read it. */
export function numberText(value: number | null | undefined, unit: string): string {
  if (value === null || value === undefined) return '–';
  return `${value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : 0 })}${unit}`;
}

/** The chart in a sentence, for who cannot see it. */
export function chartSentence({ title, unit, lines }: Chart, minutes: readonly HistoryMinute[]): string {
  const parts = lines.map(({ title: name, read }) => {
    const values = minutes.map(read).filter((value) => value !== null);
    const highest = values.length === 0 ? null : Math.max(...values);
    return `${name} ${numberText(values.at(-1), unit)} now, ${numberText(highest, unit)} at most`;
  });
  return `${title} over ${minutes.length} minutes: ${parts.join('; ')}`;
}
