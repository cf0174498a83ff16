// Owns the shapes of the HTTP API that are about leases and ports, with a description and a unit for each field.

import type { Static } from 'typebox';
import { count, flag, message, nullable, text, time, yes } from './fields.ts';
import * as names from './names.ts';
import * as Type from './type.ts';

const closed = { additionalProperties: false } as const;
const optional = Type.optional;

const leaseFields = {
  lock_id: names.lockId({ description: 'The name of the lease; whoever knows it can renew and release it' }),
  port: names.anyPort({ description: 'The leased port; of a block, the first' }),
  ports: Type.array(Type.integer(), { description: 'Every port of the lease, ascending' }),
  protocol: names.protocol({ description: 'TCP and UDP ports are leased apart' }),
  service_type: text('The service type, a named range of ports'),
  service_name: nullable(Type.string(), 'What runs there, as its project calls it'),
  instance_id: nullable(Type.string(), 'The instance that holds the lease'),
  project_path: nullable(Type.string(), 'The root directory of the project that the lease belongs to'),
  pid: nullable(Type.integer(), 'The process that holds the lease'),
  state: Type.union(
    [Type.literal('reserved'), Type.literal('active'), Type.literal('idle'), Type.literal('hijacked')],
    {
      description:
        'reserved: nobody listened yet; active: somebody listens; idle: the listener went away; hijacked: a stranger listens',
    },
  ),
  orphan: flag('The holder is dead, its server still listens'),
  drift: Type.array(Type.integer(), {
    description:
      'The ports that its program listens on instead, where it opened others than its own: the lowest 20; most often empty',
  }),
  fence: Type.integer({
    description: 'Rises with every grant on this machine; an older number is refused',
    minimum: 1,
  }),
  allocated_at: time('When the lease was granted'),
  expires_at: nullable(
    Type.string({ format: 'date-time' }),
    'When the lease ends unless it is renewed (ISO 8601, UTC); null while it renews itself',
  ),
  singleton: flag('The machine runs one of this service'),
  url: nullable(
    Type.string(),
    'Where a browser finds it, such as http://web.fix-ui.localhost:3004: a name of its own for each project keeps cookies apart; null for UDP and for types that do not speak HTTP',
  ),
};

/** A lease, as every answer shows it. */
export const LeaseJson = Type.object(leaseFields, {
  description: 'The right to a port, or to a block of ports',
});
export type LeaseJson = Static<typeof LeaseJson>;

const requestFields = {
  service_type: names.serviceType({ description: 'The service type, which names a range of ports' }),
  service_name: optional(
    names.serviceName({ description: 'With it, the same request gets the same lease again' }),
  ),
  preferred_port: optional(
    names.grantablePort({ description: 'The port to try first; a wish unless `exact`' }),
  ),
  exact: optional(Type.boolean({ description: '`preferred_port` or a refusal', default: false })),
  protocol: optional(names.protocol({ description: 'What will listen', default: 'tcp' })),
  count: optional(
    Type.integer({
      description: 'How many consecutive ports',
      minimum: 1,
      maximum: names.MAX_BLOCK,
      default: 1,
    }),
  ),
  instance_id: optional(names.instanceId({ description: 'Who asks; an unknown instance is registered' })),
  project_path: optional(names.absolutePath({ description: 'The root of the checkout, as a real path' })),
  pid: optional(
    names.pid({ description: 'The process that holds the lease: it lives as long as this does' }),
  ),
  ttl_seconds: optional(names.ttlSeconds({ description: 'The term in seconds; one hour unless configured' })),
  new: optional(Type.boolean({ description: 'Never an existing lease', default: false })),
};

export const AllocateBody = Type.object(
  {
    ...requestFields,
    request_id: optional(
      names.requestId({ description: 'A retry with the same id gets the first answer again, for 24 hours' }),
    ),
  },
  { ...closed, description: 'A request for a lease; null counts as left out' },
);
export type AllocateBody = Static<typeof AllocateBody>;

export const AdoptBody = Type.object(
  {
    port: names.grantablePort({ description: 'The port that a server listens on' }),
    service_type: requestFields.service_type,
    service_name: requestFields.service_name,
    protocol: requestFields.protocol,
    instance_id: requestFields.instance_id,
    project_path: requestFields.project_path,
    ttl_seconds: requestFields.ttl_seconds,
  },
  { ...closed, description: 'A running server to be given a lease' },
);
export type AdoptBody = Static<typeof AdoptBody>;

export const SkippedJson = Type.object(
  {
    port: Type.integer({ description: 'A port that was found taken' }),
    holder: nullable(Type.string(), 'By whom'),
  },
  { description: 'A port that was tried and found taken' },
);

const AutoAllocatedJson = Type.object(
  {
    service_type: text('The service type that had no range'),
    start: Type.integer({ description: 'The first port of its range' }),
    end: Type.integer({ description: 'The last one' }),
  },
  { description: 'The range that was made for an unknown service type' },
);

export const AllocateAnswer = Type.object(
  {
    success: yes(),
    ...leaseFields,
    existing: flag('The lease was there before, under the same key'),
    message: message(),
    skipped: optional(
      Type.array(SkippedJson, { description: 'Ports found taken on the way, where there were any' }),
    ),
    auto_allocated: optional(AutoAllocatedJson),
  },
  { description: 'A granted lease' },
);
export type AllocateAnswer = Static<typeof AllocateAnswer>;

export const BatchBody = Type.object(
  {
    allocations: Type.array(AllocateBody, {
      description: 'The requests, granted all together or not at all',
      minItems: 1,
      maxItems: names.MAX_BATCH,
    }),
  },
  { ...closed, description: 'Up to 64 requests' },
);
export type BatchBody = Static<typeof BatchBody>;

export const BatchAnswer = Type.object(
  {
    success: yes(),
    allocations: Type.array(AllocateAnswer, { description: 'In the order of the requests' }),
  },
  { description: 'All leases of a batch' },
);
export type BatchAnswer = Static<typeof BatchAnswer>;

export const ReleaseQuery = Type.object(
  {
    fence: optional(names.fence({ description: "The sender's fence: a stale one is refused" })),
    instance_id: optional(names.instanceId({ description: 'The instance that asks' })),
    project_path: optional(names.absolutePath({ description: 'The project that asks' })),
    force: optional(Type.boolean({ description: "Also an active lease of somebody else's", default: false })),
  },
  { ...closed, description: 'Who asks for the release' },
);
export type ReleaseQuery = Static<typeof ReleaseQuery>;

export const ReleaseAnswer = Type.object(
  {
    success: yes(),
    lock_id: text('The released lease'),
    port: Type.integer({ description: 'The port that is free now; of a block, the first' }),
    message: message(),
  },
  { description: 'A released lease' },
);
export type ReleaseAnswer = Static<typeof ReleaseAnswer>;

export const AllocationsQuery = Type.object(
  {
    service_type: optional(names.serviceType({ description: 'Leases of this service type' })),
    instance_id: optional(names.instanceId({ description: 'Leases of this instance' })),
    project_path: optional(names.absolutePath({ description: 'Leases of this project' })),
    port: optional(names.anyPort({ description: 'The lease that covers this port' })),
    limit: optional(
      Type.integer({
        description: 'How many at most',
        minimum: 1,
        maximum: names.MAX_PAGE,
        default: names.MAX_PAGE,
      }),
    ),
    cursor: optional(
      Type.string({
        description: '`next_cursor` of the page before',
        pattern: '^[0-9]{1,16}$',
        'x-allowed': 'the next_cursor of an earlier answer',
      }),
    ),
  },
  { ...closed, description: 'Which leases' },
);
export type AllocationsQuery = Static<typeof AllocationsQuery>;

export const AllocationsAnswer = Type.object(
  {
    allocations: Type.array(LeaseJson, { description: 'In the order of their grants' }),
    count: count('How many leases match, on all pages together'),
    next_cursor: nullable(Type.string(), 'Where the next page begins; null on the last one'),
  },
  { description: 'A page of leases' },
);
export type AllocationsAnswer = Static<typeof AllocationsAnswer>;

export const CheckQuery = Type.object(
  {
    protocol: optional(names.protocol({ description: 'Which name space of ports', default: 'tcp' })),
    project_path: optional(
      names.absolutePath({ description: 'The project that asks, so that it is told of what is its own' }),
    ),
  },
  { ...closed, description: 'Which port' },
);
export type CheckQuery = Static<typeof CheckQuery>;

export const SystemUsage = Type.object(
  {
    pid: nullable(Type.integer(), 'The process that has the port'),
    process: nullable(Type.string(), 'Its name'),
    command: nullable(Type.string(), 'Its command line, secrets masked'),
    user: nullable(Type.string(), 'Whose it is'),
    cwd: nullable(Type.string(), 'Its working directory'),
    container: nullable(Type.string(), 'The container that it runs in'),
    addresses: Type.array(Type.string(), { description: 'The addresses it listens on' }),
  },
  { description: 'Who has a port, as the operating system sees it; null where it cannot be known' },
);
export type SystemUsage = Static<typeof SystemUsage>;

export const CheckAnswer = Type.object(
  {
    port: names.anyPort({ description: 'The port that was asked for' }),
    protocol: names.protocol({ description: 'Its name space' }),
    available: nullable(
      Type.boolean(),
      'No lease covers it and nothing has it; null when that cannot be known',
    ),
    allocated_to: nullable(LeaseJson, 'The lease that covers it'),
    system_usage: nullable(
      SystemUsage,
      'Who has it on the system; null when nobody has, or when it cannot be known',
    ),
    drifted_from: nullable(LeaseJson, 'The lease whose program opened this port instead of its own'),
    service_type: nullable(Type.string(), 'The service type whose range the port is in'),
    branch: nullable(Type.string(), 'The branch of the checkout whose lease it is'),
    rest_seconds: count('For how many seconds more the port rests; 0 where it does not'),
    suggestion: text('Who has it and what to do, with a command, in two sentences for a person or an agent'),
  },
  { description: 'Whether a port is free, and who holds it' },
);
export type CheckAnswer = Static<typeof CheckAnswer>;
