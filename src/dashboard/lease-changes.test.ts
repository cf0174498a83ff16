import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLeaseChanges, withPort } from './lease-changes.ts';
import { leaseWith } from './lease-fixture.ts';

describe('the changes of leases', () => {
  it('are asked for port by port, and all at once where there are many', () => {
    const changes = createLeaseChanges();
    changes.touch(3000);
    changes.touch(3000);
    changes.touch(3001);
    assert.deepEqual(changes.take(), [3000, 3001]);
    assert.deepEqual(changes.take(), []);
    for (let port = 1; port <= 13; port++) changes.touch(port);
    assert.equal(changes.take(), 'all');
    changes.touch(5);
    changes.touchAll();
    assert.equal(changes.take(), 'all');
    assert.deepEqual(changes.take(), []);
  });

  it('replace what was known of a port, of both protocols and of blocks', () => {
    const block = leaseWith({ lock_id: 'block', port: 3000, ports: [3000, 3001] });
    const udp = leaseWith({ lock_id: 'udp', port: 3001, protocol: 'udp' });
    const other = leaseWith({ lock_id: 'other', port: 3002 });
    const known = new Map([block, udp, other].map((lease) => [lease.lock_id, lease]));
    assert.deepEqual([...withPort(known, 3001, []).keys()], ['other']);
    const next = withPort(known, 3001, [{ ...udp, state: 'idle' }]);
    assert.deepEqual([...next.keys()], ['other', 'udp']);
    assert.equal(next.get('udp')?.state, 'idle');
  });
});
