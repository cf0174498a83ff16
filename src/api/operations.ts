// Owns the list of operations: what each is called, takes, answers and refuses. Handlers live with the daemon.

import type { ErrorCode } from '../errors.ts';
import * as names from './names.ts';
import { type Operation, STORE } from './operation.ts';
import { AUDIT_OPERATIONS } from './operations-audit.ts';
import { DASHBOARD_OPERATIONS } from './operations-dashboard.ts';
import { EVENT_OPERATIONS } from './operations-events.ts';
import { HOOK_OPERATIONS } from './operations-hooks.ts';
import { RANGE_OPERATIONS } from './operations-ranges.ts';
import * as s from './schemas.ts';
import * as c from './schemas-cleanup.ts';
import * as d from './schemas-daemon.ts';
import * as i from './schemas-instance.ts';
import * as r from './schemas-renew.ts';
import * as p from './schemas-scan.ts';
import * as Type from './type.ts';

const byLockId = Type.object({ lock_id: names.lockId({ description: 'The lease' }) });
const byInstanceId = Type.object({ id: names.instanceId({ description: 'The instance' }) });
const REFUSED: readonly ErrorCode[] = [
  'UNKNOWN_SERVICE_TYPE',
  'PORT_UNAVAILABLE',
  'RANGE_EXHAUSTED',
  'QUOTA_EXCEEDED',
  'SINGLETON_HELD',
  'SYSTEM_LIMIT',
  ...STORE,
];

/** By id, in the order of the reference. */
export const OPERATIONS = {
  allocate: {
    method: 'POST',
    path: '/allocate',
    summary: 'Allocate a port',
    description:
      'Grants a lease, or returns the live one of the same key. The port is the asked one, else the former one of the key, else a preferred one, else the lowest free one of the range.',
    body: s.AllocateBody,
    answers: {
      200: { description: 'An existing lease', schema: s.AllocateAnswer },
      201: { description: 'A new lease', schema: s.AllocateAnswer },
    },
    errors: REFUSED,
  },
  allocateBatch: {
    method: 'POST',
    path: '/allocate/batch',
    summary: 'Allocate several ports, all or none',
    description:
      'Grants every request of the batch in one step, or none of them; a refusal carries the `index` of the request that failed.',
    body: s.BatchBody,
    answers: {
      200: { description: 'Existing leases only', schema: s.BatchAnswer },
      201: { description: 'At least one new lease', schema: s.BatchAnswer },
    },
    errors: REFUSED,
  },
  adopt: {
    method: 'POST',
    path: '/adopt',
    summary: 'Give a running server a lease',
    description:
      'Leases a port to the process that listens there, which becomes its holder. It must be a server of the same user, and of the named project where its working directory is known.',
    body: s.AdoptBody,
    answers: {
      200: { description: 'It had this lease before', schema: s.AllocateAnswer },
      201: { description: 'A new lease', schema: s.AllocateAnswer },
    },
    errors: ['NOT_FOUND', 'PORTS_UNREADABLE', ...REFUSED],
  },
  renew: {
    method: 'PUT',
    path: '/allocate/:lock_id/heartbeat',
    summary: 'Renew a lease',
    description:
      'Begins the term of a lease again, with another length or holder process if the body says so.',
    params: byLockId,
    body: r.RenewBody,
    bodyOptional: true,
    answers: { 200: { description: 'The renewed lease', schema: r.RenewAnswer } },
    errors: ['LEASE_NOT_FOUND', 'STALE_FENCE', 'LEASE_IN_USE', ...STORE],
  },
  hold: {
    method: 'GET',
    path: '/allocate/:lock_id/hold',
    summary: 'Hold a lease while the connection is open',
    description:
      'Answers one line of JSON at once and then stays open. While it is open the lease needs no renewal; when it closes, with no other holder and nobody listening, the lease ends. Losing the daemon is not the death of the holder: reconnect.',
    params: byLockId,
    answers: { 200: { description: 'Lines of JSON, one event each', schema: r.HoldEvent } },
    mediaType: 'application/x-ndjson',
    errors: ['LEASE_NOT_FOUND'],
  },
  release: {
    method: 'DELETE',
    path: '/allocate/:lock_id',
    summary: 'Release a lease',
    description:
      'Ends a lease. An active lease that is neither of the named instance nor of the named project needs `force=true`, and so does one of which the system does not say whether anybody listens.',
    params: byLockId,
    query: s.ReleaseQuery,
    answers: { 200: { description: 'The lease ended', schema: s.ReleaseAnswer } },
    errors: ['LEASE_NOT_FOUND', 'STALE_FENCE', 'LEASE_IN_USE', 'PORTS_UNREADABLE', ...STORE],
  },
  listAllocations: {
    method: 'GET',
    path: '/allocations',
    summary: 'List leases',
    description: 'The live leases in the order of their grants, a page at a time.',
    query: s.AllocationsQuery,
    answers: { 200: { description: 'A page of leases', schema: s.AllocationsAnswer } },
    errors: [],
  },
  check: {
    method: 'GET',
    path: '/check/:port',
    summary: 'Check a port',
    description:
      'Whether a port is free, which lease covers it, and who has it on the system. A port that only rests in quarantine is available.',
    params: Type.object({ port: names.anyPort({ description: 'The port' }) }),
    query: s.CheckQuery,
    answers: { 200: { description: 'What is known of the port', schema: s.CheckAnswer } },
    errors: ['SYSTEM_LIMIT'],
  },
  scan: {
    method: 'GET',
    path: '/scan',
    summary: 'List the ports in use',
    description:
      'Every port of a range on which somebody listens (TCP) or is bound (UDP), with the process, as far as it can be seen, and the lease.',
    query: p.ScanQuery,
    answers: { 200: { description: 'The ports in use', schema: p.ScanAnswer } },
    errors: ['PORTS_UNREADABLE'],
  },
  registerInstance: {
    method: 'POST',
    path: '/instance/register',
    summary: 'Register an instance',
    description: 'Registers an instance, or brings a known one up to date.',
    body: i.RegisterBody,
    bodyOptional: true,
    answers: {
      200: { description: 'A known instance', schema: i.InstanceAnswer },
      201: { description: 'A new instance', schema: i.InstanceAnswer },
    },
    errors: STORE,
  },
  heartbeatInstance: {
    method: 'PUT',
    path: '/instance/:id/heartbeat',
    summary: 'Keep an instance alive',
    description: 'Says that the instance is alive. It does not register an unknown one.',
    params: byInstanceId,
    body: Type.object({}, { additionalProperties: false, description: 'Nothing' }),
    bodyOptional: true,
    answers: { 200: { description: 'The instance', schema: i.InstanceAnswer } },
    errors: ['INSTANCE_NOT_FOUND', ...STORE],
  },
  retireInstance: {
    method: 'DELETE',
    path: '/instance/:id',
    summary: 'Retire an instance',
    description: 'Forgets the instance and releases its leases.',
    params: byInstanceId,
    answers: { 200: { description: 'The instance is gone', schema: i.RetireAnswer } },
    errors: ['INSTANCE_NOT_FOUND', ...STORE],
  },
  listInstances: {
    method: 'GET',
    path: '/instance/list',
    summary: 'List instances',
    description: 'All registered instances.',
    answers: { 200: { description: 'The instances', schema: i.InstancesAnswer } },
    errors: [],
  },
  cleanup: {
    method: 'POST',
    path: '/cleanup',
    summary: 'End stale leases',
    description:
      'Ends leases whose holder is gone; with `force` reserved and idle ones too, unless a connection holds them. Where the system does not say who listens, a lease stays until its term is over, and `force` is refused.',
    body: c.CleanupBody,
    bodyOptional: true,
    answers: { 200: { description: 'What was cleaned up', schema: c.CleanupAnswer } },
    errors: ['PORTS_UNREADABLE', ...STORE],
  },
  status: {
    method: 'GET',
    path: '/status',
    summary: 'Show the state of the daemon',
    description: 'Version, process, counts, store, recovery and health monitor.',
    answers: { 200: { description: 'The state of the daemon', schema: d.StatusAnswer } },
    errors: [],
  },
  config: {
    method: 'GET',
    path: '/config',
    summary: 'Show the effective configuration',
    description: 'The effective configuration, with the source of each value and the mistakes of the file.',
    answers: { 200: { description: 'The configuration', schema: d.ConfigAnswer } },
    errors: [],
  },
  ...RANGE_OPERATIONS,
  ...AUDIT_OPERATIONS,
  ...EVENT_OPERATIONS,
  ...HOOK_OPERATIONS,
  ...DASHBOARD_OPERATIONS,
  metrics: {
    method: 'GET',
    path: '/metrics',
    summary: 'Show the metrics',
    description: 'All metrics in the text format of Prometheus; the reference of the metrics lists them.',
    answers: { 200: { description: 'The metrics', schema: Type.string() } },
    mediaType: 'text/plain',
    errors: [],
  },
  rotateToken: {
    method: 'POST',
    path: '/token/rotate',
    summary: 'Replace the token',
    description: 'Writes a new token to auth.token; the former one is refused from then on.',
    answers: { 200: { description: 'The token was replaced', schema: d.RotateAnswer } },
    errors: ['HOME_UNUSABLE'],
  },
  shutdown: {
    method: 'POST',
    path: '/shutdown',
    summary: 'Stop the daemon',
    description: 'Stops the daemon in good order: leases stay, and the next daemon takes them over.',
    answers: { 202: { description: 'The daemon stops', schema: d.ShutdownAnswer } },
    errors: [],
  },
  health: {
    method: 'GET',
    path: '/health',
    summary: 'Say whether the daemon can work',
    description: 'Needs no token.',
    answers: {
      200: { description: 'It can', schema: d.HealthAnswer },
      503: { description: 'The store cannot commit', schema: d.HealthAnswer },
    },
    errors: [],
    isPublic: true,
  },
  openapi: {
    method: 'GET',
    path: '/openapi.json',
    summary: 'Describe the API',
    description: 'OpenAPI 3.1 of all operations.',
    answers: {
      200: { description: 'The description', schema: Type.object({}, { additionalProperties: true }) },
    },
    errors: [],
  },
} as const satisfies Record<string, Operation>;

export type OperationId = keyof typeof OPERATIONS;

/** Every operation with its id. */
export const operationEntries = (): readonly (readonly [OperationId, Operation])[] =>
  Object.entries(OPERATIONS) as (readonly [OperationId, Operation])[];
