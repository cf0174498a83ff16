// Owns the shapes of the audit: what is asked for, one event, a page of them, and their counts.

import type { Static } from 'typebox';
import { AUDIT_EVENTS, type AuditEvent } from '../core/audit-events.ts';
import { count, flag, nullable, text, time } from './fields.ts';
import * as names from './names.ts';
import * as Type from './type.ts';

const eventNames = Object.keys(AUDIT_EVENTS) as AuditEvent[];

const span = {
  since: Type.optional(names.moment({ description: 'Events from this moment on' })),
  until: Type.optional(names.moment({ description: 'Events before this moment' })),
};

export const AuditQuery = Type.object(
  {
    ...span,
    event: Type.optional(
      Type.string({
        description: 'Events of this name',
        enum: eventNames,
        pattern: `^(?:${eventNames.join('|')})$`,
        'x-allowed': `one of ${eventNames.join(', ')}`,
      }),
    ),
    service_type: Type.optional(names.serviceType({ description: 'Events about this service type' })),
    port: Type.optional(
      names.anyPort({ description: 'Events about a lease or range that covers this port' }),
    ),
    limit: Type.optional(
      Type.integer({
        description: 'At most as many events',
        minimum: 1,
        maximum: names.MAX_PAGE,
        default: names.DEFAULT_EVENTS,
      }),
    ),
    cursor: Type.optional(
      Type.string({
        description:
          'What `next_cursor` of an answer said: the events that came after it, the oldest first. Without it the newest are shown',
        pattern: '^\\d{1,15}$',
        'x-allowed': 'a cursor from an earlier answer',
      }),
    ),
  },
  { additionalProperties: false, description: 'Which events' },
);
export type AuditQuery = Static<typeof AuditQuery>;

const auditEvent = Type.object(
  {
    seq: Type.integer({ description: 'Its number, which rises by one with each event', minimum: 1 }),
    at: time('When'),
    event: Type.string({
      description: `What happened: ${eventNames.map((name) => `\`${name}\`, ${AUDIT_EVENTS[name]}`).join('; ')}`,
    }),
    actor: Type.object(
      {
        instance_id: nullable(Type.string(), 'Its instance'),
        pid: nullable(Type.integer(), 'Its process'),
        command: nullable(
          Type.string(),
          'Its program, such as `styxy run`, or `daemon` for the daemon itself',
        ),
      },
      { description: 'Who made it happen, as far as the client said so; nothing of it is proven' },
    ),
    reason: nullable(Type.string(), 'Why, in a word such as `term-over`, or in a sentence'),
    service_type: nullable(Type.string(), 'The service type'),
    service_name: nullable(Type.string(), 'The service name'),
    protocol: nullable(Type.string(), '`tcp` or `udp`'),
    port: nullable(Type.integer(), 'The port, or the first one of a block or a range'),
    last_port: nullable(Type.integer(), 'The last one of a block or a range; else the same'),
    lock_id: nullable(Type.string(), 'The lease'),
    instance_id: nullable(Type.string(), 'The instance that holds the lease, or that it is about'),
    project_path: nullable(Type.string(), 'The project, or the directory of the instance'),
    lease: nullable(
      Type.object({
        fence: Type.integer({ description: 'Its fence' }),
        pid: nullable(Type.integer(), 'The process that holds it'),
        ttl_seconds: Type.integer({ description: 'Its term' }),
        singleton: flag('Whether the machine runs one of it'),
        allocated_at: time('When it was granted'),
      }),
      'What else the lease is from then on, where the event made it so',
    ),
  },
  { description: 'Something that happened' },
);

export const AuditAnswer = Type.object(
  {
    events: Type.array(auditEvent, { description: 'The events, the newest last' }),
    count: count('How many are in this answer'),
    has_more: flag('Whether more are kept: newer ones with a cursor, else older ones'),
    next_cursor: text('The cursor for the events that come after these'),
    unreadable: count('Events that a damaged disk made unreadable; they are left out'),
  },
  { description: 'Events' },
);
export type AuditAnswer = Static<typeof AuditAnswer>;
export type AuditEventJson = AuditAnswer['events'][number];

export const AuditStatsQuery = Type.object(span, {
  additionalProperties: false,
  description: 'Which events are counted',
});
export type AuditStatsQuery = Static<typeof AuditStatsQuery>;

const counts = (description: string) => Type.record(Type.integer(), { description });

export const AuditStatsAnswer = Type.object(
  {
    total: count('How many events there are'),
    by_event: counts('By the name of the event'),
    by_service_type: counts('By service type; events about none are left out'),
    by_day: counts('By day, in UTC'),
  },
  { description: 'How much happened' },
);
export type AuditStatsAnswer = Static<typeof AuditStatsAnswer>;
