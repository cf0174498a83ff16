// Owns the lease that the page's tests begin with.

import type { LeaseJson } from '../api/schemas.ts';

export function leaseWith(changes: Partial<LeaseJson> = {}): LeaseJson {
  const port = changes.port ?? 3000;
  return {
    lock_id: `lock-${port}`,
    port,
    ports: [port],
    protocol: 'tcp',
    service_type: 'dev',
    service_name: 'web',
    instance_id: null,
    project_path: '/code/shop',
    pid: null,
    state: 'active',
    orphan: false,
    drift: [],
    fence: 1,
    allocated_at: '2026-01-01T00:00:00.000Z',
    expires_at: null,
    singleton: false,
    url: `http://web.shop.localhost:${port}`,
    ...changes,
  };
}
