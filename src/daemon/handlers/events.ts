// Owns the handler of the stream of events.

import { StyxyError } from '../../errors.ts';
import type { Handler } from '../context.ts';
import { MAX_STREAMS } from '../event-streams.ts';

export const events: Handler<'events'> = ({ events: streams }, _input, reply) => {
  if (streams.isFull)
    throw new StyxyError('TOO_MANY_REQUESTS', `${MAX_STREAMS} streams of events are open already`, {
      hint: 'Close one that nobody reads: a dashboard in a forgotten tab, or `styxy events` in another terminal.',
    });
  const lastEventId = reply.request.headers['last-event-id'];
  reply.hijack();
  streams.open(reply.raw, Array.isArray(lastEventId) ? lastEventId.join() : lastEventId);
  return reply;
};
