// Owns the shapes of the stream of events: what is resumed after, and what each event says.

import type { Static } from 'typebox';
import { flag, text, time } from './fields.ts';
import { LeaseJson } from './schemas.ts';
import { AuditAnswer } from './schemas-audit.ts';
import * as Type from './type.ts';

const recorded = AuditAnswer.properties.events.items.properties;
const lease = LeaseJson.properties;
const number = Type.integer({
  description: 'Its number in the stream, the same as the `id` of the event, which rises by one with each',
  minimum: 1,
});

export const RecordedEvent = Type.object(
  { number, ...recorded },
  { description: 'An event of the audit, under its own name, once it is committed' },
);
export type RecordedEvent = Static<typeof RecordedEvent>;

export const SeenEvent = Type.object(
  {
    number,
    event: Type.literal('seen', { description: 'A lease was seen in another state, or elsewhere' }),
    at: recorded.at,
    state: lease.state,
    drift: lease.drift,
    served: flag("Whether a process of the holder's was seen to listen on the port"),
    service_type: recorded.service_type,
    service_name: recorded.service_name,
    protocol: recorded.protocol,
    port: recorded.port,
    last_port: recorded.last_port,
    lock_id: recorded.lock_id,
    instance_id: recorded.instance_id,
    project_path: recorded.project_path,
  },
  {
    description:
      'What was seen of a lease: somebody listens, nobody does, a stranger does. It is not in the audit',
  },
);
export type SeenEvent = Static<typeof SeenEvent>;

export const ResyncEvent = Type.object(
  {
    number: Type.integer({ description: 'The number after which the stream goes on', minimum: 1 }),
    event: Type.literal('resync', { description: 'Events were missed' }),
    at: time('When'),
    message: text('What to do, in a sentence for people'),
  },
  {
    description:
      'The event after which the stream was to be resumed is not kept any more, or was told by another daemon: load anew what you keep',
  },
);
export type ResyncEvent = Static<typeof ResyncEvent>;

export const StreamEvent = Type.union([RecordedEvent, SeenEvent, ResyncEvent], {
  description: 'The data of one event',
});
export type StreamEvent = Static<typeof StreamEvent>;

export const EventsHeaders = Type.object({
  'last-event-id': Type.optional(
    Type.string({
      description:
        'The number of the last event that was received: the stream goes on after it, or begins with `resync`',
    }),
  ),
});
