import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { InstanceEntry } from '../core/instance.ts';
import type { ProcessLife } from '../core/lease.ts';
import type { ProcessIdentity } from '../core/process-identity.ts';
import { instanceOfSession, newInstanceId, type SessionSight, sessionName } from './session.ts';

const process = (pid: number): ProcessIdentity => ({ pid, startTicks: '1', bootId: 'b', pidNamespace: '' });
const SIGHT: SessionSight = {
  agent: 'claude',
  sessionId: 'new',
  process: process(10),
  project: '/app',
  isContinued: false,
};

interface Known {
  readonly id?: string;
  readonly session?: string;
  readonly pid?: number;
  readonly life?: ProcessLife;
  readonly directory?: string;
}

function entry({
  id = 'i',
  session = 'old',
  pid = 9,
  life = 'alive',
  directory = '/app',
}: Known): InstanceEntry {
  return {
    instance: {
      instanceId: id,
      workingDirectory: directory,
      template: null,
      pid,
      process: process(pid),
      ttlMs: 1,
      metadata: { agent: 'claude', session_id: session },
      registeredAt: 0,
    },
    pulse: { heardAt: 0, process: life },
  };
}

const found = (sight: Partial<SessionSight>, ...known: Known[]): string | undefined =>
  instanceOfSession({ ...SIGHT, ...sight }, known.map(entry))?.instance.instanceId;

describe('the instance of a session', () => {
  it('is the one with its id, also of an agent that has ended', () => {
    assert.equal(found({}, { session: 'new', pid: 10 }), 'i');
    assert.equal(found({}, { session: 'new', life: 'dead' }), 'i');
    assert.equal(found({}, {}), undefined);
  });

  it('is another one where somebody else goes on with the session', () => {
    assert.equal(found({}, { session: 'new', pid: 9 }), undefined);
  });

  it('is that of its agent process, once it says that it goes on', () => {
    assert.equal(found({ isContinued: true }, { pid: 10 }), 'i');
    assert.equal(found({ isContinued: false }, { pid: 10 }), undefined);
    assert.equal(found({ isContinued: true }, { pid: 10, directory: '/other' }), undefined);
  });

  it('is that of a predecessor in the same checkout, the last one', () => {
    const dead = { life: 'dead' } as const;
    assert.equal(found({ isContinued: true }, { id: 'a', ...dead }, { id: 'b', ...dead }), 'b');
    assert.equal(found({ isContinued: true }, { id: 'a', ...dead, directory: '/other' }), undefined);
    assert.equal(found({ isContinued: true }, { id: 'a' }), undefined);
  });

  it('gets an id that nobody has', () => {
    assert.equal(
      newInstanceId(SIGHT, () => false),
      'claude-new',
    );
    assert.equal(
      newInstanceId(SIGHT, () => true),
      'claude-new-10',
    );
    assert.equal(
      newInstanceId({ ...SIGHT, sessionId: '$(x)' }, () => false),
      'claude-10',
    );
  });

  it('is called by agent and session', () => {
    assert.equal(sessionName({ agent: 'claude', session_id: '0123456789' }), 'claude 01234567');
    assert.equal(sessionName({}), null);
    assert.equal(sessionName(undefined), null);
  });
});
