// Owns one chart: the library's canvas, our legend, and the sentence for who cannot see it.

import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { HistoryMinute } from '../../api/schemas-dashboard.ts';
import { type Chart, chartSentence, columnsOf, numberText } from '../chart-data.ts';
import { type ColourOf, colourReader } from '../draw-cells.ts';
import { paint } from '../theme.ts';

const HEIGHT_PX = 92;

interface ChartProps {
  readonly chart: Chart;
  readonly minutes: readonly HistoryMinute[];
}

export function LineChart({ chart, minutes }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const known = useRef(minutes);
  known.current = minutes;
  const [pointed, setPointed] = useState<HistoryMinute | null>(null);
  useEffect(() => {
    const { current: element } = place;
    if (element === null) return;
    const made = new uPlot(
      optionsOf(chart, element.clientWidth, colourReader(element), (seconds) =>
        setPointed(known.current.find(({ at }) => Date.parse(at) / 1000 === seconds) ?? null),
      ),
      dataOf(chart, minutes),
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: HEIGHT_PX }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [chart, paint.value]);
  useEffect(() => plot.current?.setData(dataOf(chart, minutes)), [chart, minutes]);
  const minute = pointed ?? minutes.at(-1);
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">{chart.title}</span>
        <span class="chart-legend">
          {chart.lines.map(({ title, colour, read }) => (
            <span key={title}>
              <span class={`line-swatch line-${colour}`} aria-hidden="true" />
              {title} <b>{numberText(minute === undefined ? null : read(minute), chart.unit)}</b>
            </span>
          ))}
        </span>
      </figcaption>
      <div ref={place} class="chart-place" role="img" aria-label={chartSentence(chart, minutes)} />
    </figure>
  );
}

function dataOf(chart: Chart, minutes: readonly HistoryMinute[]): uPlot.AlignedData {
  return columnsOf(chart, minutes) as unknown as uPlot.AlignedData;
}

function optionsOf(
  { lines, unit }: Chart,
  width: number,
  colour: ColourOf,
  onPoint: (seconds: number | null) => void,
): uPlot.Options {
  const axis = { stroke: colour('muted'), font: '10px system-ui, sans-serif', ticks: { show: false } };
  const grid = { stroke: colour('line'), width: 1 };
  return {
    width,
    height: HEIGHT_PX,
    padding: [6, 14, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 5 } },
    hooks: {
      setCursor: [
        ({ cursor: { idx }, data: [seconds] }) =>
          onPoint(typeof idx === 'number' ? (seconds[idx] ?? null) : null),
      ],
    },
    scales: {
      y: { range: (_plot, _least, most) => [0, Math.max(1, (most ?? 0) * 1.15)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 18,
        gap: 2,
        values: (_plot, splits) => splits.map(clock),
      },
      {
        ...axis,
        grid,
        size: 38,
        gap: 4,
        splits: (_plot, _axis, _least, most) => [0, most / 2, most].map((each) => Math.round(each * 10) / 10),
        values: (_plot, splits) => splits.map((each) => numberText(each, unit)),
      },
    ],
    series: [
      {},
      ...lines.map(({ title, colour: name }) => ({
        label: title,
        stroke: colour(name),
        width: 1.5,
        fill: `color-mix(in srgb, ${colour(name)} 14%, transparent)`,
        spanGaps: true,
        points: { show: (plot: uPlot) => plot.data[0].length < 4, size: 4 },
      })),
    ],
  };
}

/** @param seconds since the epoch */
function clock(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString([], {
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  });
}
