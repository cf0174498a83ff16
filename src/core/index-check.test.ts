import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serviceType, testCatalogue } from '../../test/fixtures/catalogue.ts';
import { createDesk } from '../../test/fixtures/core-desk.ts';
import { indexFaults } from './index-check.ts';
import type { StateView } from './state.ts';

function desk() {
  const made = createDesk(testCatalogue([serviceType('dev', 3000, 3009)]));
  made.granted({ serviceName: 'one', instanceId: 'agent' });
  made.granted({ serviceName: 'block', count: 3 });
  return made;
}

/** The state with other answers to some questions. */
function lying(state: StateView, lies: Partial<StateView>): StateView {
  return new Proxy(state, {
    get: (target, name) => {
      const value = Reflect.get(name in lies ? lies : target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

describe('the check of the indexes', () => {
  it('finds nothing where they agree with the leases', () => {
    assert.deepEqual(indexFaults(desk().state, 10), []);
  });

  it('finds a lease that is not found, by whatever', () => {
    const { state } = desk();
    const faults = (lies: Partial<StateView>): number => indexFaults(lying(state, lies), 100).length;
    assert.equal(faults({ leaseOn: () => undefined }), 4);
    assert.equal(faults({ leasesOfKey: () => [] }), 2);
    assert.equal(faults({ leasesOfInstance: () => [] }), 1);
  });

  it('finds a port that counts as leased and is not', () => {
    const { state } = desk();
    state.taken('tcp').add(4000);
    assert.deepEqual(indexFaults(state, 10), ['5 tcp ports count as leased, and leases cover 4']);
  });

  it('tells no more than it is asked for', () => {
    const { state } = desk();
    assert.equal(indexFaults(lying(state, { leaseOn: () => undefined }), 2).length, 2);
  });
});
