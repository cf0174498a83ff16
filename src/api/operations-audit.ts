// Owns the operations that show the audit.

import type { Operation } from './operation.ts';
import * as a from './schemas-audit.ts';

/** By id, in the order of the reference. */
export const AUDIT_OPERATIONS = {
  audit: {
    method: 'GET',
    path: '/audit',
    summary: 'Show what happened',
    description:
      'Every change of state with time, actor and reason, as it was committed with the change. The newest that match, or with `cursor` those that came after. To follow, ask again with `next_cursor`; a cursor that is ahead of every event means that the audit began anew.',
    query: a.AuditQuery,
    answers: { 200: { description: 'The events, the newest last', schema: a.AuditAnswer } },
    errors: ['STORE_UNAVAILABLE'],
  },
  auditStats: {
    method: 'GET',
    path: '/audit/stats',
    summary: 'Count what happened',
    description: 'Counts the events that are kept by event, service type and day.',
    query: a.AuditStatsQuery,
    answers: { 200: { description: 'The counts', schema: a.AuditStatsAnswer } },
    errors: ['STORE_UNAVAILABLE'],
  },
} as const satisfies Record<string, Operation>;
