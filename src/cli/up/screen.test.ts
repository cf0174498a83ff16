import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LeaseJson } from '../../api/schemas.ts';
import type { ServiceState, ServiceView } from '../../up/service-life.ts';
import { settledLines } from './screen.ts';

const LEASE: LeaseJson = {
  lock_id: 'lock-1',
  port: 3004,
  ports: [3004],
  protocol: 'tcp',
  service_type: 'dev',
  service_name: 'web',
  instance_id: null,
  project_path: '/src/shop',
  pid: 1,
  state: 'active',
  orphan: false,
  drift: [],
  fence: 1,
  allocated_at: '2026-11-25T09:30:00.000Z',
  expires_at: null,
  singleton: false,
  url: 'http://web.shop.localhost:3004',
};
const view = (name: string, state: ServiceState, lease: LeaseJson | null = null): ServiceView => ({
  name,
  state,
  lease,
});

describe('what is told of services that have settled', () => {
  it('is where each of them is', () => {
    const database = { ...LEASE, url: null, port: 5432 };
    assert.deepEqual(
      settledLines([
        view('web', 'ready', LEASE),
        view('db', 'ready', database),
        view('worker', 'ready'),
        view('migrate', 'completed'),
        view('models', 'elsewhere', { ...LEASE, url: 'http://localhost:11434' }),
      ]),
      [
        'styxy: all 5 services are ready',
        '  web      http://web.shop.localhost:3004',
        '  db       port 5432',
        '  worker   it runs',
        '  migrate  completed',
        '  models   http://localhost:11434',
      ],
    );
    assert.equal(settledLines([view('web', 'ready', LEASE)])[0], 'styxy: 1 service is ready');
  });

  it('says of what is not ready what became of it', () => {
    assert.deepEqual(settledLines([view('api', 'failed', LEASE), view('web', 'skipped', LEASE)]), [
      'styxy: 0 of 2 services are ready',
      '  api  failed',
      '  web  skipped',
    ]);
    const [first] = settledLines([view('api', 'failed', LEASE), view('web', 'ready', LEASE)]);
    assert.equal(first, 'styxy: 1 of 2 services is ready');
  });
});
