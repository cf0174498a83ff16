// Owns the shapes of a clean-up: how thorough it is, and what it says of every lease.

import type { Static } from 'typebox';
import { count, flag, nullable, text, yes } from './fields.ts';
import { LeaseJson } from './schemas.ts';
import * as Type from './type.ts';

export const CleanupBody = Type.object(
  {
    force: Type.optional(
      Type.boolean({
        description: 'Reserved and idle leases too, never one with a listener or under a held connection',
        default: false,
      }),
    ),
    dry_run: Type.optional(Type.boolean({ description: 'Only say what would be done', default: false })),
  },
  { additionalProperties: false, description: 'How thoroughly; may be left out altogether' },
);
export type CleanupBody = Static<typeof CleanupBody>;

/** A process by what tells it from another one with the same pid. */
export const ProcessJson = Type.object(
  {
    pid: Type.integer({ description: 'Its number' }),
    start_ticks: text('When it started, in the words of the system'),
    boot_id: text('In which boot'),
    pid_namespace: text('In which pid namespace its number counts; empty where there are none'),
  },
  { description: 'Which process is meant' },
);
export type ProcessJson = Static<typeof ProcessJson>;

export const CleanupAnswer = Type.object(
  {
    success: yes(),
    dry_run: flag('Nothing was changed'),
    cleaned: Type.array(Type.object({ ...LeaseJson.properties, reason: text('Why it ended') }), {
      description: 'The leases that ended, or would end',
    }),
    kept: count('How many leases stay'),
    stays: Type.array(Type.object({ ...LeaseJson.properties, reason: text('Why it stays') }), {
      description: 'The leases that stay, all of them',
    }),
    orphans: Type.array(
      Type.object({
        ...LeaseJson.properties,
        server: nullable(
          ProcessJson,
          'The process that was proven to serve while the holder lived; null when none was',
        ),
      }),
      { description: 'Those of them whose holder is gone while a server listens' },
    ),
  },
  { description: 'What was cleaned up' },
);
export type CleanupAnswer = Static<typeof CleanupAnswer>;
