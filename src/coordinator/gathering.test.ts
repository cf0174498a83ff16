import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { manualScheduler } from '../../test/fixtures/manual-scheduler.ts';
import { createGathering } from './gathering.ts';

function setUp() {
  const scheduler = manualScheduler();
  const seen: string[] = [];
  const gathered = createGathering(scheduler, () => seen.push('flush'));
  const come = (name: string) => void gathered().then(() => seen.push(name));
  /** One turn, and what follows from it. */
  const turn = async (): Promise<string> => {
    await scheduler.turn();
    return seen.splice(0).join(' ');
  };
  return { come, turn };
}

describe('the gathering', () => {
  it('lets all who came in one turn decide together, and flushes right after', async () => {
    const { come, turn } = setUp();
    come('a');
    come('b');
    assert.equal(await turn(), 'a b flush');
    assert.equal(await turn(), '');
  });

  it('keeps a client on its own waiting for nobody', async () => {
    const { come, turn } = setUp();
    for (const name of ['a', 'b', 'c']) {
      come(name);
      assert.equal(await turn(), `${name} flush`);
    }
  });

  it('waits one turn more for those who were there the last time, and then no longer', async () => {
    const { come, turn } = setUp();
    for (const name of ['a', 'b', 'c']) come(name);
    assert.equal(await turn(), 'a b c flush');
    come('a');
    assert.equal(await turn(), 'flush', 'two are missing');
    come('b');
    assert.equal(await turn(), 'a b flush', 'the third did not come back');
    come('a');
    come('b');
    assert.equal(await turn(), 'a b flush', 'as many as the last time');
    come('a');
    assert.equal(await turn(), 'flush');
    assert.equal(await turn(), 'a flush');
    come('a');
    assert.equal(await turn(), 'a flush');
  });
});
