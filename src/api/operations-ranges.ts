// Owns the operations on automatic ranges.

import * as names from './names.ts';
import { type Operation, STORE } from './operation.ts';
import * as r from './schemas-ranges.ts';
import * as Type from './type.ts';

const byServiceType = Type.object({
  service_type: names.serviceType({ description: 'The service type whose range is taken back' }),
});

/** By id, in the order of the reference. */
export const RANGE_OPERATIONS = {
  showAutoAllocation: {
    method: 'GET',
    path: '/config/auto-allocation',
    summary: 'Show the automatic ranges',
    description: 'The ranges that unknown service types got by themselves, and how they are made.',
    answers: { 200: { description: 'The automatic ranges', schema: r.AutoAllocationAnswer } },
    errors: [],
  },
  switchAutoAllocation: {
    method: 'PUT',
    path: '/config/auto-allocation',
    summary: 'Switch automatic ranges on or off',
    description: 'Writes the choice to config.json; its comments and everything else in it stay.',
    body: r.AutoAllocationBody,
    answers: { 200: { description: 'The choice holds', schema: r.AutoAllocationAnswer } },
    errors: ['CONFIG_NOT_WRITABLE'],
  },
  undoRange: {
    method: 'DELETE',
    path: '/config/auto-allocation/:service_type',
    summary: 'Take an automatic range back',
    description: 'Refused while the type has live leases, unless `force` ends them.',
    params: byServiceType,
    query: r.UndoRangeQuery,
    answers: { 200: { description: 'The range is gone', schema: r.UndoRangeAnswer } },
    errors: ['NOT_FOUND', 'LEASE_IN_USE', 'CONFIG_NOT_WRITABLE', ...STORE],
  },
  consolidateRanges: {
    method: 'POST',
    path: '/config/auto-allocation/consolidate',
    summary: 'Close the holes that undone ranges left',
    description:
      'Shows which ranges would move, or moves them with `apply`: towards where their own rule would have made them without the undone ones. None moves that has a live lease, or whose place a script chose.',
    body: r.ConsolidateBody,
    bodyOptional: true,
    answers: { 200: { description: 'The moves', schema: r.ConsolidateAnswer } },
    errors: ['CONFIG_NOT_WRITABLE', ...STORE],
  },
} as const satisfies Record<string, Operation>;
