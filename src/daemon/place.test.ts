import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { homeAt } from '../home.ts';
import { createMemoryStore } from '../store/memory.ts';
import { objection, type Place, settlePlace } from './place.ts';

const HOST: Place = { bootId: 'b', pidNamespace: '4026531836', netNamespace: '1' };
const CONTAINER: Place = { bootId: 'b', pidNamespace: '20', netNamespace: '21' };

describe('the home of a daemon that ran', () => {
  const cases: readonly (readonly [string, Place | null, Place, boolean, RegExp | null])[] = [
    ['nowhere yet', null, CONTAINER, false, null],
    ['right here', HOST, HOST, true, null],
    ['before the machine was booted', { ...HOST, bootId: 'a' }, CONTAINER, true, null],
    ['outside of this network', HOST, { ...HOST, netNamespace: '2' }, false, /network/],
    ['on the machine around this container', HOST, CONTAINER, true, /container/],
    ['on the machine around this pid namespace', HOST, { ...HOST, pidNamespace: '9' }, true, /sandbox/],
    ['in a container of this machine', CONTAINER, HOST, true, null],
    [
      'in this container before it was started again',
      CONTAINER,
      { ...CONTAINER, pidNamespace: '30', netNamespace: '31' },
      true,
      null,
    ],
    [
      'in this distribution before it was started again',
      CONTAINER,
      { ...CONTAINER, pidNamespace: '30' },
      true,
      null,
    ],
    [
      'in the container around this sandbox',
      CONTAINER,
      { ...CONTAINER, pidNamespace: '30', netNamespace: '31' },
      false,
      /sandbox/,
    ],
  ];
  for (const [where, last, here, hasNetwork, expected] of cases) {
    it(`${where} is ${expected === null ? '' : 'not '}served from here`, () => {
      const found = objection(last, here, hasNetwork);
      if (expected === null) assert.equal(found, null);
      else assert.match(found ?? '', expected);
    });
  }

  it('is known from the store, and taken over by whoever says so', async () => {
    const store = createMemoryStore();
    const home = homeAt('/h');
    const settle = (here: Place, isTakenOver = false) => settlePlace(home, store, here, isTakenOver);
    await settle(HOST);
    await assert.rejects(settle(CONTAINER), { code: 'HOME_UNUSABLE', hint: /STYXY_HOME/ });
    await settle(HOST);
    await settle(CONTAINER, true);
    await settle(CONTAINER);
    await store.writeNote('place', 'garbage');
    await settle(HOST);
  });
});
