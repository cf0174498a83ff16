// Owns the shapes of the HTTP API that are about keeping a lease: its renewal, and the connection that holds it.

import type { Static } from 'typebox';
import { count, flag, message, text, yes } from './fields.ts';
import * as names from './names.ts';
import { LeaseJson } from './schemas.ts';
import * as Type from './type.ts';

const lease = LeaseJson.properties;
const closed = { additionalProperties: false } as const;
const optional = Type.optional;

export const RenewBody = Type.object(
  {
    ttl_seconds: optional(
      names.ttlSeconds({ description: 'The new term in seconds; left out, the former one' }),
    ),
    pid: optional(names.pid({ description: 'The process that holds the lease from now on' })),
    fence: optional(names.fence({ description: "The sender's fence: a stale one is refused" })),
    claim: optional(
      Type.boolean({
        description: 'Refused where another live holder is known, also without a `pid`',
        default: false,
      }),
    ),
  },
  { ...closed, description: 'What changes with the renewal; may be left out altogether' },
);
export type RenewBody = Static<typeof RenewBody>;

export const RenewAnswer = Type.object({ success: yes(), ...lease }, { description: 'The renewed lease' });
export type RenewAnswer = Static<typeof RenewAnswer>;

export const HoldEvent = Type.object(
  {
    event: Type.union(
      [Type.literal('held'), Type.literal('seen'), Type.literal('ended'), Type.literal('daemon-stopping')],
      {
        description:
          'held: the first line; seen: the lease is in another state, or its program on another port; the last one is ended when the lease is gone, or daemon-stopping: reconnect to the next daemon',
      },
    ),
    lock_id: text('The lease that the connection holds'),
    state: optional(lease.state),
    drift: optional(lease.drift),
    served: optional(flag("A process of the holder's was seen to listen on the lease's port")),
    holders: optional(
      count(
        'In the first line: how many hold the lease, connections and a living process, this connection among them',
      ),
    ),
    message: message(),
  },
  { description: 'A line of a holding connection; empty lines between them keep it open' },
);
export type HoldEvent = Static<typeof HoldEvent>;
