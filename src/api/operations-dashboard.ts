// Owns the operations of the dashboard: its files, its sign-in, and what it shows that no other operation has.

import * as names from './names.ts';
import { type Operation, STORE } from './operation.ts';
import * as d from './schemas-dashboard.ts';
import * as Type from './type.ts';

/** By id, in the order of the reference. */
export const DASHBOARD_OPERATIONS = {
  signInCode: {
    method: 'POST',
    path: '/ui/code',
    summary: 'Make a code that signs a browser in',
    description:
      'A code that works once, within a minute; `styxy ui` opens the dashboard with it. It goes into the fragment of the URL.',
    answers: { 200: { description: 'The code', schema: d.SignInCodeAnswer } },
    errors: [],
  },
  signIn: {
    method: 'POST',
    path: '/ui/session',
    summary: 'Exchange a code for a session',
    description:
      'The code comes as `Authorization: Bearer <code>`. The session does for a page what the token does for a program; it lasts a day, also across restarts of the daemon, and ends when the token is rotated.',
    answers: { 200: { description: 'The session', schema: d.SignInAnswer } },
    errors: ['UNAUTHORIZED'],
  },
  overview: {
    method: 'GET',
    path: '/overview',
    summary: 'Show the ranges and the resting ports',
    description:
      'Every managed range, the ports in quarantine, and the branches of the projects that have leases.',
    answers: { 200: { description: 'The overview', schema: d.OverviewAnswer } },
    errors: [],
  },
  history: {
    method: 'GET',
    path: '/history',
    summary: 'Show the last hours by minute',
    description:
      'Requests for ports, conflicts and latency for each minute since the start of the daemon, three hours at most. It is kept in memory alone; `GET /audit` has what is durable.',
    answers: { 200: { description: 'The minutes', schema: d.HistoryAnswer } },
    errors: [],
  },
  endOrphan: {
    method: 'POST',
    path: '/allocate/:lock_id/end-orphan',
    summary: 'End a server whose holder is gone',
    description:
      'Ends the server of an orphaned lease with all its processes: SIGTERM first, SIGKILL after 3 seconds, and only what is proven to be the process that the lease was for. Then the lease is released.',
    params: Type.object({ lock_id: names.lockId({ description: 'The lease' }) }),
    body: d.EndOrphanBody,
    bodyOptional: true,
    answers: { 200: { description: 'What became of it', schema: d.EndOrphanAnswer } },
    errors: ['LEASE_NOT_FOUND', ...STORE],
  },
  dashboard: {
    method: 'GET',
    path: '/',
    summary: 'The dashboard',
    description: 'A page for browsers; `styxy ui` opens it signed in. It asks nobody but this daemon.',
    answers: { 200: { description: 'The page', schema: Type.string() } },
    mediaType: 'text/html',
    errors: ['NOT_FOUND'],
    isPublic: true,
    isStatic: true,
  },
  dashboardFile: {
    method: 'GET',
    path: '/assets/:file',
    summary: 'A file of the dashboard',
    description: 'Its names change with its content, so that browsers may keep it.',
    params: Type.object({ file: Type.string({ description: 'Its name, as the page has it' }) }),
    answers: { 200: { description: 'The file', schema: Type.string() } },
    mediaType: 'text/plain',
    errors: ['NOT_FOUND'],
    isPublic: true,
    isStatic: true,
  },
} as const satisfies Record<string, Operation>;
