import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { userAgent } from '../client/user-agent.ts';
import { actorNamed } from './actor.ts';

describe('the actor', () => {
  it('is what our own client says', () => {
    const agent = userAgent(['node', 'styxy', 'run', '--', 'env', 'TOKEN=secret'], {
      STYXY_INSTANCE: 'agent-1',
    });
    assert.deepEqual(actorNamed(agent), {
      instanceId: 'agent-1',
      pid: process.pid,
      command: 'styxy run',
    });
    assert.doesNotMatch(agent, /secret/);
  });

  it('has no command where the first word is none', () => {
    for (const words of [[], ['--json'], ['../x'], ['a'.repeat(40)], ['run\r\nx: y']]) {
      const agent = userAgent(['node', 'styxy', ...words], {});
      assert.equal(actorNamed(agent).command, 'styxy cli', JSON.stringify(words));
    }
  });

  it('takes over no instance that is none', () => {
    for (const STYXY_INSTANCE of ['', '-x', 'a b', 'a\r\nb', 'a; b', '..', 'é', 'x'.repeat(101)]) {
      const agent = userAgent(['node', 'styxy', 'run'], { STYXY_INSTANCE });
      assert.match(agent, /^[ -~]+$/);
      assert.deepEqual(actorNamed(agent), { instanceId: null, pid: process.pid, command: 'styxy run' });
    }
  });

  it('is the first product of any other client, and nobody where there is none', () => {
    const nobody = { instanceId: null, pid: null };
    const cases: [header: string | undefined, command: string | null][] = [
      ['curl/8.5.0', 'curl/8.5.0'],
      ['Mozilla/5.0 (X11; Linux x86_64) token=secret', 'Mozilla/5.0'],
      ['styxy/1 (run; pid 99999999999)', 'styxy/1'],
      ['styxy/1 (rm -rf; pid 1)', 'styxy/1'],
      [`${'x'.repeat(100)} y`, 'x'.repeat(64)],
      ['\u001b[31m', null],
      ['<script>', null],
      ['', null],
      [undefined, null],
    ];
    for (const [header, command] of cases)
      assert.deepEqual(actorNamed(header), { ...nobody, command }, String(header));
    assert.equal(actorNamed('styxy/1 (run; pid 4294967295)').pid, null);
    assert.equal(actorNamed('styxy/1 (run; pid 7; instance ..)').instanceId, null);
  });
});
