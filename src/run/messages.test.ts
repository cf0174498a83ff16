import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LeaseJson, SystemUsage } from '../api/schemas.ts';
import { StyxyError } from '../errors.ts';
import type { RunPlan } from '../tools/plan.ts';
import * as messages from './messages.ts';

const lease = {
  lock_id: 'lk_1',
  port: 3001,
  service_type: 'dev',
  service_name: 'web',
  project_path: '/src/shop',
  pid: 77,
  state: 'active',
  orphan: false,
  expires_at: null,
  url: 'http://localhost:3001',
} as LeaseJson;
const noDaemon = new StyxyError('DAEMON_UNREACHABLE', 'No daemon runs', { hint: 'Start one.' });

describe('the messages of a run', () => {
  const cases: readonly [said: string, expected: string][] = [
    [messages.granted(lease, null), 'web gets http://localhost:3001'],
    [messages.granted(lease, 3001), 'web gets http://localhost:3001'],
    [
      messages.granted(lease, 3000),
      'web gets http://localhost:3001 (port 3000 is not to be had: `styxy check 3000` says why)',
    ],
    [
      messages.granted(lease, 3000, { skipped: [{ port: 3000, holder: 'vite (pid 4)' }] }),
      'web gets http://localhost:3001 (port 3000 is held by vite (pid 4))',
    ],
    [
      messages.granted(lease, 3000, { existing: true }),
      'web gets http://localhost:3001, which it had before; to move it to 3000: styxy release lk_1',
    ],
    [
      messages.drifted({ tool: 'Vite' } as RunPlan, lease, [5174], null),
      'Vite listens on 5174 so far, and not on its own port 3001; tell it by {port} in the command, such as `--port {port}`',
    ],
    [messages.granted({ ...lease, service_name: null, url: null }, null), 'dev gets port 3001'],
    [
      messages.runsElsewhere(lease),
      'web runs already at http://localhost:3001 (pid 77 of /src/shop); this copy gets a port of its own',
    ],
    [
      messages.runsElsewhere({ ...lease, orphan: true }),
      'web runs already at http://localhost:3001 (of /src/shop, left behind by a holder that is gone); this copy gets a port of its own',
    ],
    [
      messages.runsElsewhere({ ...lease, state: 'reserved' }),
      'web is reserved for pid 77 of /src/shop at http://localhost:3001, where nobody listens yet; this copy gets a port of its own',
    ],
    [
      messages.runsElsewhere({ ...lease, state: 'idle', pid: null }),
      'web is reserved for /src/shop at http://localhost:3001, where nobody listens any more; this copy gets a port of its own',
    ],
    [
      messages.runsElsewhere({ ...lease, state: 'reserved', pid: null, project_path: null }),
      'web is reserved for nobody named at http://localhost:3001, where nobody listens yet; this copy gets a port of its own',
    ],
    [
      messages.singletonRuns({ ...lease, state: 'reserved' }, null),
      'web runs once on this machine, and it is reserved for pid 77 of /src/shop at http://localhost:3001, where nobody listens yet; nothing was started',
    ],
    [
      messages.singletonRuns(lease, null),
      'web runs once on this machine, and it runs already at http://localhost:3001 (pid 77 of /src/shop); nothing was started',
    ],
    [
      messages.goesOn(lease, { process: 'redis-server', pid: 412, container: null } as SystemUsage),
      'redis-server (pid 412) goes on in the background at http://localhost:3001, and keeps the lease; to end it: kill 412',
    ],
    [messages.notStarted(['vite', '--port'], 'ENOENT'), 'command not found: vite'],
    [messages.notStarted(['./notes'], 'EACCES'), 'not executable: ./notes'],
    [
      messages.noDaemon(['vite'], null, noDaemon),
      'no daemon, so the command runs without a leased port: No daemon runs. Start one.',
    ],
  ];
  for (const [said, expected] of cases) it(`say: ${expected}`, () => assert.equal(said, expected));

  it('say what becomes of the placeholder without a daemon', () => {
    assert.match(messages.noDaemon(['serve', '{port}'], null, noDaemon), /\{port\} stays as it is/);
    assert.match(messages.noDaemon(['serve', '{port}'], 3000, noDaemon), /\{port\} becomes 3000/);
  });

  it('name the way out of a reservation that nobody uses', () => {
    const reserved = { ...lease, state: 'reserved' as const, expires_at: '2026-01-01T00:00:00.000Z' };
    assert.match(messages.singletonRuns(reserved, null), /styxy release lk_1/);
  });

  const plan = { tool: 'Turborepo', leaseless: null, advice: null, fixedPort: null } as RunPlan;

  it('say what to do about a tool that cannot be told its port', () => {
    assert.deepEqual(messages.hints(plan, lease), []);
    assert.deepEqual(messages.hints({ ...plan, advice: 'Write {port}.' }, lease), ['Write 3001.']);
    assert.deepEqual(messages.hints({ ...plan, advice: 'It has 80.', fixedPort: 80 }, lease), []);
    assert.deepEqual(messages.hints({ ...plan, leaseless: 'several', advice: 'Each.' }, lease), [
      'Turborepo starts several servers, so there is no PORT; its lease is in STYXY_PORT_WEB',
    ]);
  });

  it('say why there is no lease', () => {
    const said = (leaseless: RunPlan['leaseless']) =>
      messages.leaseless({ ...plan, leaseless, advice: 'Do this.' });
    assert.equal(
      said('several'),
      'Turborepo starts several servers, so it gets no PORT and no lease. Do this.',
    );
    assert.match(said('configured'), /takes its ports from a file, so it gets no lease\. Do this\.$/);
    assert.match(said('tunnel'), /opens a tunnel to a port, so it gets none itself\. Do this\.$/);
    assert.match(said('nested'), /leases its port itself/);
  });
});
