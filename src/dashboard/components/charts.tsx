// Owns the charts of the last hours.

import { CHARTS } from '../chart-data.ts';
import { minutes } from '../state.ts';
import { LineChart } from './line-chart.tsx';

export function Charts() {
  return (
    <section class="card" aria-labelledby="charts-title">
      <h2 id="charts-title">Over time</h2>
      {CHARTS.map((chart) => (
        <LineChart key={chart.title} chart={chart} minutes={minutes.value} />
      ))}
    </section>
  );
}
