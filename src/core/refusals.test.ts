import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serviceType, testCatalogue } from '../../test/fixtures/catalogue.ts';
import { createDesk } from '../../test/fixtures/core-desk.ts';
import { commandsIn, objectionTo } from '../../test/tidy/hints.ts';
import { EXPLANATIONS } from '../explanations/all.ts';
import type { AllocateRequest, Command } from './command.ts';
import type { Refusal } from './refusal.ts';
import * as refusals from './refusals.ts';

const catalogue = testCatalogue(
  [serviceType('dev', 3000, 3001), serviceType('ai', 11_400, 11_409, { instanceBehavior: 'single' })],
  { maxLeasesPerProject: 3, maxLeasesPerInstance: 3 },
);
const caller = { callerInstanceId: null, callerProjectPath: '/other', force: false } as const;

/** A machine on which /a has the first port of dev, served, and the model. */
function scene() {
  const desk = createDesk(catalogue);
  const { lockId } = desk.granted({ projectPath: '/a', pid: 7 }).snapshot.lease;
  desk.granted({ serviceType: 'ai', serviceName: 'ollama', projectPath: '/a' });
  const nothing = { holders: new Map(), instances: new Map() };
  desk.submit({ kind: 'observe', listeners: new Map([[lockId, 'own']]), ...nothing });
  const entry = desk.state.lease(lockId);
  if (entry === undefined) throw new Error('the lease is gone');
  const refused = (command: Command): Refusal => {
    const { refusal } = desk.submit(command);
    if (refusal === null) throw new Error('granted');
    return refusal;
  };
  const asked = (request: Partial<AllocateRequest>, requestId?: string) =>
    desk.refused({ projectPath: '/b', ...request }, requestId);
  return { desk, entry, lockId, asked, refused };
}

/** Each refusal of the core as it comes to be, with who holds what is asked for, where somebody does. */
const CASES: readonly (readonly [
  what: string,
  of: (s: ReturnType<typeof scene>) => Refusal,
  who?: RegExp,
])[] = [
  ['an unknown type', ({ asked }) => asked({ serviceType: 'nope' })],
  [
    'no room for a range',
    () =>
      refusals.noRoomForRange('nope', {
        bounds: { start: 10_000, end: 10_009 },
        gap: 10,
        avoided: new Set(),
      }),
  ],
  ['exactly no port', ({ asked }) => asked({ exact: true })],
  ['a port too low', ({ asked }) => asked({ preferredPort: 80 })],
  ['a block past the last port', ({ asked }) => asked({ preferredPort: 65_535, count: 2 })],
  ['a block wider than the range', ({ asked }) => asked({ count: 3 })],
  [
    'an exact port that is leased',
    ({ asked }) => asked({ exact: true, preferredPort: 3000 }),
    /web of \/a \(.*lease \S+ since 1970-01-01 00:00 UTC/,
  ],
  [
    'an exact port that a stranger has',
    ({ asked, desk }) => {
      desk.strangers.add(3001);
      return asked({ exact: true, preferredPort: 3001 });
    },
    /a stranger/,
  ],
  [
    'an exact port that somebody else is about to get',
    ({ asked, desk }) => {
      desk.pending.tcp.add(3001);
      return asked({ exact: true, preferredPort: 3001 });
    },
    /^port 3001 is being granted to somebody else this moment;/,
  ],
  [
    'a full range',
    ({ asked, desk }) => {
      desk.granted({ projectPath: '/a', serviceName: 'second' });
      return asked({});
    },
    /3000 by web of \/a \(.* since 1970-01-01 00:00 UTC/,
  ],
  [
    'a full quota',
    ({ desk }) => {
      desk.granted({ projectPath: '/a', serviceName: 'second' });
      return desk.refused({ projectPath: '/a', serviceName: 'third' });
    },
    /\/a holds 3/,
  ],
  ['a lease that is not there', () => refusals.leaseNotFound('abc')],
  [
    'an old fence',
    ({ refused, lockId }) => refused({ kind: 'release', lockId, fence: 99, ...caller, force: true }),
    /web of \/a \(.*lease \S+ since 1970-01-01 00:00 UTC/,
  ],
  [
    "somebody else's lease",
    ({ refused, lockId }) => refused({ kind: 'release', lockId, fence: null, ...caller }),
    /web of \/a \(.*lease \S+ since 1970-01-01 00:00 UTC/,
  ],
  [
    'a listener that cannot be known',
    ({ entry }) => refusals.listenerUnknown(entry),
    /web of \/a \(.*lease \S+ since 1970-01-01 00:00 UTC/,
  ],
  [
    'a second singleton',
    ({ asked }) => asked({ serviceType: 'ai', serviceName: 'ollama', fresh: true }),
    /\/a has reserved it \(leased since 1970-01-01 00:00 UTC\)/,
  ],
  ['an unknown instance', ({ refused }) => refused({ kind: 'instance-heartbeat', instanceId: 'one' })],
  ['an unknown template', ({ refused }) => refused(registration('nope'))],
  [
    'a range that was not made',
    ({ refused }) => refused({ kind: 'undo-range', serviceType: 'dev', force: false }),
  ],
];

function registration(template: string): Command {
  const rest = { workingDirectory: null, linkedWorktree: false, pid: null, process: null, ttlMs: null };
  return { kind: 'register', instanceId: 'one', template, metadata: {}, ...rest };
}

/** Where no command helps. */
const WITHOUT_COMMAND: readonly string[] = ['a block past the last port'];

describe('every refusal of the core', () => {
  for (const [what, of, who] of CASES) {
    it(`${what}: says what happened, who holds what, and the command to type next`, () => {
      const { code, detail, hint, fields } = of(scene());
      assert.match(hint, /^[A-Z`].*\.$/s);
      assert.doesNotMatch(`${detail} ${hint}`, /undefined|null|NaN|\[object/);
      if (who !== undefined) assert.match(detail, who);
      const commands = commandsIn(hint);
      assert.deepEqual(
        commands.map(objectionTo).filter((objection) => objection !== null),
        [],
      );
      assert.equal(commands.length > 0, !WITHOUT_COMMAND.includes(what), hint);
      const isOfItsKind = code !== 'INVALID_REQUEST' && code !== 'NOT_FOUND' && code !== 'PORTS_UNREADABLE';
      const { fields: shown = {} } = EXPLANATIONS[code].example as { fields?: object };
      if (isOfItsKind)
        assert.deepEqual(Object.keys(fields).sort(), Object.keys(shown).sort(), 'as its page shows');
    });
  }

  it('is in this table', () => {
    const told = CASES.map(([, of]) => of(scene()));
    const codes = new Set(told.map(({ code }) => code));
    const core = [
      'UNKNOWN_SERVICE_TYPE',
      'LEASE_NOT_FOUND',
      'INSTANCE_NOT_FOUND',
      'PORT_UNAVAILABLE',
      'RANGE_EXHAUSTED',
      'QUOTA_EXCEEDED',
      'STALE_FENCE',
      'LEASE_IN_USE',
      'SINGLETON_HELD',
      'INVALID_REQUEST',
    ] as const;
    for (const code of core) assert.ok(codes.has(code), code);
  });
});
