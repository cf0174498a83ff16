import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PortInUse } from '../api/schemas-scan.ts';
import { leaseWith } from './lease-fixture.ts';
import { type ManagedRange, stripsOf } from './port-cells.ts';

const RANGE: ManagedRange = {
  service_type: 'dev',
  start: 3000,
  end: 3007,
  description: '',
  automatic: false,
  singleton: false,
  avoided: [3007],
};

function listener(port: number, changes: Partial<PortInUse> = {}): PortInUse {
  const process = { pid: 7, process: 'node', command: 'node server.js', user: 'ada', container: null };
  return { port, protocol: 'tcp', addresses: ['127.0.0.1'], ...process, lease: null, ...changes };
}

describe('the map of the ports', () => {
  it('says of each port what it is', () => {
    const [strip] = stripsOf({
      ranges: [RANGE],
      leases: [
        leaseWith({ port: 3001, state: 'reserved' }),
        leaseWith({ port: 3002 }),
        leaseWith({ port: 3003, ports: [3003, 3004], state: 'idle' }),
        leaseWith({ port: 3005, state: 'hijacked' }),
      ],
      resting: [{ port: 3006, protocol: 'tcp', until: '2026-01-01T00:00:00.000Z' }],
      listeners: [listener(3000), listener(3002), listener(3005)],
    });
    assert.deepEqual(
      strip?.cells.map(({ port, state }) => `${port} ${state}`),
      [
        '3000 foreign',
        '3001 reserved',
        '3002 active',
        '3003 idle',
        '3004 idle',
        '3005 hijacked',
        '3006 quarantined',
        '3007 avoided',
      ],
    );
    assert.equal(strip?.taken, 7);
  });

  it('shows the worse where TCP and UDP differ', () => {
    const [strip] = stripsOf({
      ranges: [{ ...RANGE, end: 3001, avoided: [] }],
      leases: [leaseWith({ port: 3000, protocol: 'udp', state: 'reserved' })],
      resting: [],
      listeners: [listener(3000), listener(3001, { protocol: 'udp' })],
    });
    assert.deepEqual(
      strip?.cells.map(({ state }) => state),
      ['reserved', 'foreign'],
    );
    assert.equal(strip?.cells[0]?.listeners.length, 1);
  });

  it('shows leases outside of all ranges in a strip of their own', () => {
    const strips = stripsOf({
      ranges: [RANGE],
      leases: [leaseWith({ port: 9001 }), leaseWith({ port: 8001, state: 'idle' })],
      resting: [{ port: 7000, protocol: 'tcp', until: '' }],
      listeners: [listener(7001)],
    });
    assert.equal(strips.length, 2);
    assert.deepEqual(
      strips[1]?.cells.map(({ port, state }) => `${port} ${state}`),
      ['8001 idle', '9001 active'],
    );
  });
});
