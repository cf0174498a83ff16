// Owns the reference page of the metrics.

import { METRICS, type Metric } from '../../src/api/metrics.ts';
import { code, fence, page, table } from './markdown.ts';

export function renderMetrics(): string {
  const rows = Object.entries<Metric>(METRICS).map(([name, { type, help, labels }]) => [
    code(name),
    type,
    labels.map(code).join(', '),
    help,
  ]);
  return page('Metrics', [
    '`GET /metrics` answers in the text format of Prometheus. Over TCP it needs the token, as all routes do:',
    fence(
      'yaml',
      [
        'scrape_configs:',
        '  - job_name: styxy',
        '    static_configs: [{ targets: ["127.0.0.1:9876"] }]',
        '    authorization: { credentials_file: /home/you/.styxy/auth.token }',
      ].join('\n'),
    ),
    'A [dashboard for Grafana and alert rules](../observability/README.md) are ready to be taken.',
    'Counters begin at 0 with each daemon. A series appears when there is something to count. The values of each label are few, whatever clients ask for: no label has a ' +
      'port, a path, an instance or a lease. Until the first scrape nothing is spent on it but an addition for each request.',
    table(['Metric', 'Type', 'Labels', 'What'], rows),
  ]);
}
