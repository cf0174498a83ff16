import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serviceType, testCatalogue } from '../../test/fixtures/catalogue.ts';
import { createDesk } from '../../test/fixtures/core-desk.ts';

const catalogue = testCatalogue([serviceType('dev', 3000, 3009)]);

describe('forgetting', () => {
  it('keeps what is used, and forgets the rest a few rows at a time', () => {
    const desk = createDesk(catalogue);
    const kept = desk.granted({ serviceName: 'kept', ttlMs: catalogue.maxTtlMs });
    for (const name of ['a', 'b', 'c']) {
      const { lockId } = desk.granted({ serviceName: name }, `r-${name}`).snapshot.lease;
      const caller = { callerInstanceId: null, callerProjectPath: null };
      desk.submit({ kind: 'release', lockId, fence: null, force: false, ...caller });
    }
    const rows = () => [...desk.state.keys()].length + [...desk.state.requests()].length;
    assert.equal(rows(), 7);
    assert.equal(desk.submit({ kind: 'forget' }).reply?.isPartial, false);
    assert.equal(rows(), 7, 'nothing is too old yet');
    desk.now += catalogue.keyRetentionMs;
    const answers: boolean[] = [];
    do answers.push(desk.submit({ kind: 'forget', limit: 2 }).reply?.isPartial === true);
    while (answers.at(-1));
    assert.deepEqual(answers, [true, true, false]);
    assert.deepEqual(
      [...desk.state.keys()].map(([, memory]) => memory.port),
      [kept.snapshot.lease.port],
    );
    assert.deepEqual([...desk.state.requests()], []);
  });
});
