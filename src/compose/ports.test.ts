import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readPort } from './ports.ts';

/** What is published: where, how many, and the entry in its long form. */
function published(entry: unknown): unknown {
  const read = readPort(entry);
  if (read.kind === 'left') return read.reason === null ? 'left' : 'doubt';
  return read.ports.map(({ start, count, entry: long }) => [start, count, long]);
}

describe('a port of a service', () => {
  const tcp = { protocol: 'tcp' };
  const cases: readonly [entry: unknown, expected: unknown][] = [
    ['8080:80', [[8080, 1, { target: 80, published: '8080', ...tcp }]]],
    ['53:53/udp', [[53, 1, { target: 53, published: '53', protocol: 'udp' }]]],
    ['127.0.0.1:8080:80', [[8080, 1, { host_ip: '127.0.0.1', target: 80, published: '8080', ...tcp }]]],
    ['[::1]:8080:80', [[8080, 1, { host_ip: '::1', target: 80, published: '8080', ...tcp }]]],
    ['::1:8080:80/tcp', [[8080, 1, { host_ip: '::1', target: 80, published: '8080', ...tcp }]]],
    ['1:2:3', 'doubt'],
    ['8000-8010:80', [[8000, 11, { target: 80, published: '8000-8010', ...tcp }]]],
    [
      '8000-8001:90-91',
      [
        [8000, 1, { target: 90, published: '8000', ...tcp }],
        [8001, 1, { target: 91, published: '8001', ...tcp }],
      ],
    ],
    [
      { target: 80, published: '8080', mode: 'ingress', 'x-own': 1 },
      [[8080, 1, { target: 80, published: '8080', mode: 'ingress', 'x-own': 1 }]],
    ],
    [{ target: 80, published: 8080 }, [[8080, 1, { target: 80, published: 8080 }]]],
    [{ target: 80, published: '8080-8082' }, [[8080, 3, { target: 80, published: '8080-8082' }]]],
    // Without a port of the host, or with any.
    ['80', 'left'],
    [80, 'left'],
    ['3000-3005', 'left'],
    ['127.0.0.1::80', 'left'],
    [':80', 'left'],
    [{ target: 80 }, 'left'],
    [{ target: 80, published: '' }, 'left'],
    [{ target: 80, published: '0' }, 'left'],
    // What may publish a port, and is not understood.
    [`\${PORT}:80`, 'doubt'],
    ['99999:80', 'doubt'],
    ['8010-8000:80', 'doubt'],
    ['8000-8002:80-81', 'doubt'],
    ['8080:80/sctp', 'doubt'],
    ['a:b', 'doubt'],
    [null, 'doubt'],
    [['8080:80'], 'doubt'],
    [{ target: 80, published: 'x' }, 'doubt'],
    [{ target: 'x', published: 80 }, 'doubt'],
    [{ target: 80, published: 80, protocol: 'sctp' }, 'doubt'],
  ];
  for (const [entry, expected] of cases)
    it(JSON.stringify(entry), () => assert.deepEqual(published(entry), expected));
});
