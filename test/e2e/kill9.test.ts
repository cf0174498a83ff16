// Proves that what was acknowledged survives the death of the daemon, a hundred times in a row, right after replies and at
// random moments. STYXY_KILLS says how many rounds; `npm run kills` has a thousand.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { comeBack } from './come-back.ts';
import { startDaemon, type TestDaemon } from './daemon-fixture.ts';
import { emptyLedger, type Ledger, work } from './killed-clients.ts';
import { freeRange } from './port-range.ts';

const ROUNDS = Number(process.env.STYXY_KILLS ?? 100);
/** What a round may take on a machine that is busy with other tests. */
const MOST_MS = 10_000;
const CLIENTS = 6;
/** The daemon is killed at one of the first so many answers of a round. */
const MOST_ANSWERS = 40;
/** In every second round it is killed at a random moment of these first milliseconds instead, whatever it does then. */
const MOMENT_MS = 60;

const TYPE = 'killed';
const ledger: Ledger = emptyLedger();
let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon({
    isBuilt: true,
    config: { service_types: { [TYPE]: { range: freeRange('killing', 200) } } },
  });
});
after(() => daemon.stop());

/** Lets all clients work, and kills the daemon the moment that one of them has read its answer, or at any moment. */
async function workUntilKilled(isRightAfterAnswer: boolean): Promise<void> {
  let left = isRightAfterAnswer ? 1 + Math.floor(Math.random() * MOST_ANSWERS) : Number.POSITIVE_INFINITY;
  let killed: Promise<void> | null = null;
  if (!isRightAfterAnswer) {
    setTimeout(() => {
      killed = daemon.kill9();
    }, Math.random() * MOMENT_MS);
  }
  const onAnswer = (): void => {
    left -= 1;
    if (left <= 0) killed ??= daemon.kill9();
  };
  const clients = Array.from({ length: CLIENTS }, (_, client) => client);
  await Promise.all(clients.map((client) => work({ daemon, ledger, serviceType: TYPE, client, onAnswer })));
  await killed;
}

describe('a daemon that is killed under load', () => {
  it(`has all that it acknowledged when it comes back, ${ROUNDS} times in a row`, {
    timeout: ROUNDS * MOST_MS,
  }, async (t) => {
    for (let round = 1; round <= ROUNDS; round++) {
      await workUntilKilled(round % 2 === 0);
      await daemon.restart();
      await comeBack(daemon, ledger, CLIENTS);
    }
    t.diagnostic(
      `${ROUNDS} kills, ${ledger.answers} answers, ${ledger.released.size} releases, highest fence ${ledger.highestFence}: nothing lost, no port twice`,
    );
    assert.ok(ledger.answers >= ROUNDS, `only ${ledger.answers} answers`);
    assert.ok(ledger.released.size > 0 && ledger.answered.length > 0, 'every kind of request was answered');
  });

  it('has the answers of the first rounds too', async () => {
    for (const { body, status, answer } of ledger.answered.slice(0, 20)) {
      const reply = await daemon.request('POST', '/allocate', body);
      assert.deepEqual([reply.status, reply.body], [status, answer]);
    }
  });
});
