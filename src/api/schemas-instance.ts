// Owns the shapes of the HTTP API that are about instances.

import type { Static } from 'typebox';
import { count, flag, message, nullable, text, time, yes } from './fields.ts';
import * as names from './names.ts';
import { LeaseJson } from './schemas.ts';
import * as Type from './type.ts';

const optional = Type.optional;

const instanceFields = {
  instance_id: text('Its id'),
  working_directory: nullable(Type.string(), 'Where it works'),
  branch: nullable(Type.string(), 'The branch of the checkout there, or `detached at` its commit'),
  template: nullable(Type.string(), 'Which of the preferred ports it starts at'),
  pid: nullable(Type.integer(), 'Its process; it lives as long as this does'),
  ttl_seconds: Type.integer({ description: 'Seconds between heartbeats; counts without a pid only' }),
  stale: flag('Its process is dead, or it missed three heartbeats'),
  leases: count('How many leases it holds'),
  metadata: Type.record(Type.unknown(), { description: 'What it said about itself' }),
  registered_at: time('When it was registered'),
  last_seen_at: time('When it was last heard'),
};

export const InstanceJson = Type.object(instanceFields, {
  description: 'An agent session, terminal or checkout',
});
export type InstanceJson = Static<typeof InstanceJson>;

export const RegisterBody = Type.object(
  {
    instance_id: optional(names.instanceId({ description: 'Its id; one is made up when left out' })),
    working_directory: optional(names.absolutePath({ description: 'Where it works' })),
    template: optional(
      names.serviceType({ description: 'main, dev, staging, features, or a configured one' }),
    ),
    pid: optional(names.pid({ description: 'Its process; it lives as long as this does' })),
    ttl_seconds: optional(names.ttlSeconds({ description: 'Seconds between heartbeats, 300 unless given' })),
    metadata: optional(
      Type.record(Type.unknown(), {
        description: 'Anything about itself, 4 KiB of JSON at most',
        'x-max-bytes': names.MAX_METADATA_BYTES,
      }),
    ),
  },
  { additionalProperties: false, description: 'An instance; may be left out altogether' },
);
export type RegisterBody = Static<typeof RegisterBody>;

export const InstanceAnswer = Type.object(
  { success: yes(), ...instanceFields, message: message() },
  { description: 'The instance' },
);
export type InstanceAnswer = Static<typeof InstanceAnswer>;

export const RetireAnswer = Type.object(
  {
    success: yes(),
    instance_id: text('The retired instance'),
    released: Type.array(LeaseJson, { description: 'The leases that ended with it' }),
    message: message(),
  },
  { description: 'A retired instance' },
);
export type RetireAnswer = Static<typeof RetireAnswer>;

export const InstancesAnswer = Type.object(
  {
    instances: Type.array(InstanceJson, { description: 'In the order of registration' }),
    count: count('How many'),
  },
  { description: 'All instances' },
);
export type InstancesAnswer = Static<typeof InstancesAnswer>;
