import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Ending, exitStatus } from './exit-status.ts';

describe('the exit status', () => {
  const cases: readonly [Ending, number][] = [
    [{ kind: 'exited', status: 0 }, 0],
    [{ kind: 'exited', status: 42 }, 42],
    [{ kind: 'signalled', signal: 'SIGINT' }, 130],
    [{ kind: 'signalled', signal: 'SIGKILL' }, 137],
    [{ kind: 'signalled', signal: 'SIGTERM' }, 143],
    [{ kind: 'not-started', code: 'ENOENT' }, 127],
    [{ kind: 'not-started', code: 'EACCES' }, 126],
    [{ kind: 'not-started', code: 'E2BIG' }, 126],
  ];
  for (const [ending, status] of cases) {
    it(`is ${status} for ${JSON.stringify(ending)}`, () => assert.equal(exitStatus(ending), status));
  }
});
