// Owns a machine on which two sessions have servers, for the tests of what is decided on a command.

import type { LeaseFact, MachineFacts } from '../../src/agents/machine-facts.ts';
import { SHOP } from './shop.ts';

const LEASE: LeaseFact = {
  lockId: 'other',
  ports: [3000],
  protocol: 'tcp',
  serviceType: 'dev',
  serviceName: 'web',
  projectPath: '/home/dev/shop-fix-ui',
  branch: 'fix-ui',
  session: 'claude 7d1f',
  isOwn: false,
  isActive: true,
  isHeld: true,
  pids: [400, 401, 402],
  containers: [],
};

export function leaseOf(changes: Partial<LeaseFact>): LeaseFact {
  return { ...LEASE, ...changes };
}

/**
 * Port 3000 and processes 400-402 are another session's, whose server listens on 3010 as well; so are a container on 6390, and
 * process 600, whose server has not begun to listen. 3001 and 500-501 are one's own.
 */
export const MACHINE: MachineFacts = {
  leases: [
    LEASE,
    leaseOf({
      lockId: 'mine',
      ports: [3001],
      projectPath: SHOP,
      branch: 'main',
      session: 'claude 11aa',
      isOwn: true,
      pids: [500, 501],
    }),
    leaseOf({
      lockId: 'cache',
      ports: [6390],
      serviceName: 'cache',
      isHeld: false,
      pids: [],
      containers: ['shop-cache-1'],
    }),
    leaseOf({
      lockId: 'coming',
      ports: [4200],
      serviceName: 'docs',
      isActive: false,
      pids: [600],
    }),
    leaseOf({
      lockId: 'quiet',
      ports: [4000],
      serviceName: 'api',
      isActive: false,
      isHeld: false,
      pids: [],
    }),
  ],
  listeners: [
    { protocol: 'tcp', port: 3000, pid: 402 },
    { protocol: 'tcp', port: 3010, pid: 402 },
    { protocol: 'tcp', port: 3001, pid: 501 },
  ],
  processes: [
    { pid: 400, parent: 300, group: 400, name: 'node', command: 'node /usr/bin/styxy run -- npm run dev' },
    { pid: 401, parent: 400, group: 400, name: 'npm run dev', command: 'npm run dev' },
    {
      pid: 402,
      parent: 401,
      group: 400,
      name: 'next-server (v1',
      command: 'next-server (v15.1.0)',
    },
    { pid: 500, parent: 301, group: 500, name: 'node', command: 'node /usr/bin/styxy run -- npm start' },
    { pid: 600, parent: 302, group: 600, name: 'node', command: 'node /usr/bin/styxy run -- hugo server' },
    { pid: 501, parent: 500, group: 500, name: 'node', command: 'node server.js' },
  ],
};
