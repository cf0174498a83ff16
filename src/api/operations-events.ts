// Owns the operation that tells of events as they happen.

import type { Operation } from './operation.ts';
import * as e from './schemas-events.ts';

/** By id, in the order of the reference. */
export const EVENT_OPERATIONS = {
  events: {
    method: 'GET',
    path: '/events',
    summary: 'Follow what happens',
    description:
      'Server-sent events that do not end: each event of the audit once it is committed, and `seen` when a lease is seen in another state. They are numbered without a gap. `Last-Event-ID` goes on after that number; where it is not kept any more, or another daemon told it, the stream begins with `resync`: load anew what you keep. Comments keep the connection open. Events are kept while somebody reads, and for ten minutes after. A reader that does not keep up is dropped, and comes back with the last number it has.',
    headers: e.EventsHeaders,
    answers: { 200: { description: 'Events, one after the other', schema: e.StreamEvent } },
    mediaType: 'text/event-stream',
    errors: ['TOO_MANY_REQUESTS'],
  },
} as const satisfies Record<string, Operation>;
