// Owns the refusals of the core: their sentences, their holders and the command to type next.

import { nearMiss } from './automatic-type.ts';
import { type Catalogue, type ServiceType, whyForbidden } from './catalogue.ts';
import type { AllocateRequest, Observed } from './command.ts';
import { describeLease, type Holder, holderOf, MAX_HOLDERS } from './holder.ts';
import type { LeaseEntry } from './lease.ts';
import { MAX_PORT, MIN_UNPRIVILEGED_PORT, rangeSize } from './port-range.ts';
import type { UsedQuota } from './quota.ts';
import type { RangePolicy } from './range-planner.ts';
import { type Refusal, refusal } from './refusal.ts';
import type { StateView } from './state.ts';

export function unknownServiceType(name: string, catalogue: Pick<Catalogue, 'serviceTypes'>): Refusal {
  const known = [...catalogue.serviceTypes.keys()];
  const near = nearMiss(name, known);
  return refusal(
    'UNKNOWN_SERVICE_TYPE',
    `there is no service type "${name}"`,
    `${near === null ? '' : `Did you mean ${near}? `}Use one of ${known.join(', ')}, add "${name}" under "service_types" in config.json (\`styxy config path\`), or run \`styxy config auto-allocation enable\`.`,
    { service_type: name, known },
  );
}

/** A type that is not known could get no range of its own. */
export function noRoomForRange(name: string, { bounds, gap }: RangePolicy): Refusal {
  return refusal(
    'RANGE_EXHAUSTED',
    `no room is left for a range of "${name}" between ${bounds.start} and ${bounds.end}, ${gap} ports away from every other`,
    'Run `styxy config auto-allocation list` to see the automatic ranges, and `styxy config auto-allocation undo TYPE` for those that are not needed.',
    { service_type: name, range: bounds, holders: [], holders_total: 0 },
  );
}

/** What no port could satisfy: more ports than the range has, a longer term than is allowed, an exact wish for none. */
export function unusableRequest(
  request: AllocateRequest,
  type: ServiceType,
  catalogue: Pick<Catalogue, 'maxTtlMs'>,
): Refusal | null {
  if (request.exact && request.preferredPort === null) {
    return invalid(
      'exact',
      'exact needs preferred_port',
      `Name the one port too: \`styxy allocate -s ${type.name} -p PORT --exact\`.`,
    );
  }
  if (request.ttlMs !== null && request.ttlMs > catalogue.maxTtlMs) {
    const most = catalogue.maxTtlMs / 1000;
    return invalid(
      'ttl_seconds',
      `ttl_seconds may be ${most} at most`,
      'Ask for a shorter term, and renew the lease before it is over; a lease on which a server listens renews itself.',
    );
  }
  if (request.preferredPort !== null && request.preferredPort + request.count - 1 > MAX_PORT) {
    return invalid(
      'count',
      `${request.count} ports from ${request.preferredPort} on go past ${MAX_PORT}`,
      `Ask for ${MAX_PORT - request.count + 1} or lower.`,
    );
  }
  if (request.preferredPort !== null && request.preferredPort < MIN_UNPRIVILEGED_PORT) {
    return invalid(
      'preferred_port',
      `preferred_port must be ${MIN_UNPRIVILEGED_PORT} or higher`,
      `Ask for a higher one, or for none: \`styxy allocate -s ${type.name}\`.`,
    );
  }
  if (!request.exact && request.count > rangeSize(type.range)) {
    const has = `${type.name} has ${rangeSize(type.range)} ports in all`;
    return invalid(
      'count',
      `count is ${request.count}, but ${has}`,
      `Ask for fewer, or widen its "range" in config.json (\`styxy config path\`).`,
    );
  }
  return null;
}

/** The one port, or one of the block, that was asked for exactly is not to be had. */
export function portUnavailable(
  state: StateView,
  observed: Observed,
  request: AllocateRequest,
  now: number,
): Refusal {
  const first = request.preferredPort ?? 0;
  const holders = holdersIn(state, observed, request, first, first + request.count - 1, now);
  const one = holders.shown[0];
  const port = one?.port ?? first;
  const forbidden = whyForbidden(observed.catalogue, request.protocol, port);
  const why = forbidden === null ? whyTaken(one) : `is never granted: ${forbidden}`;
  const [named, udp] = request.protocol === 'udp' ? ['UDP port', ' --udp'] : ['port', ''];
  return refusal(
    'PORT_UNAVAILABLE',
    `${named} ${port} ${why}; this is a port conflict, not a bug in your code`,
    `Run \`styxy allocate -s ${request.serviceType}${udp}\` without --exact for another port, or \`styxy check ${port}${udp}\`.`,
    { port, holders: holders.shown, holders_total: holders.total },
  );
}

function whyTaken(holder: Holder | undefined): string {
  // Nobody holds it yet, and it may be free again in a moment.
  if (holder === undefined || holder.state === 'pending')
    return 'is being granted to somebody else this moment';
  return `is held by ${holder.holder}`;
}

/** Every port of the type was tried. */
export function rangeExhausted(
  state: StateView,
  observed: Observed,
  request: AllocateRequest,
  type: ServiceType,
  now: number,
): Refusal {
  const { start, end } = type.range;
  const holders = holdersIn(state, observed, request, start, end, now);
  const block = request.count === 1 ? 'no port' : `no ${request.count} consecutive ports`;
  const [first] = holders.shown;
  const who = first === undefined ? '' : `, ${first.port} by ${first.holder}`;
  return refusal(
    'RANGE_EXHAUSTED',
    `${type.name} has ${block} left: ${holders.total} of ${rangeSize(type.range)} (${start}–${end}) are held${who}`,
    'Run `styxy cleanup --force --dry-run` to see the leases that nobody listens on, or give the type a larger "range" in config.json (`styxy config path`).',
    {
      service_type: type.name,
      range: { start, end },
      holders: holders.shown,
      holders_total: holders.total,
    },
  );
}

/** Whoever asks has as many leases as one may. */
export function quotaExceeded({ key, owner, limit, count }: UsedQuota): Refusal {
  const isProject = key === 'quotas.max_leases_per_project';
  const [what, field] = isProject ? ['project', 'project_path'] : ['instance', 'instance_id'];
  // As a word of a shell: a path may hold anything.
  const word = `'${owner.replaceAll("'", `'\\''`)}'`;
  const [see, release] = isProject
    ? [`\`styxy list --project ${word}\``, `\`styxy release --project ${word}\``]
    : [`\`styxy list --instance ${word}\``, `\`styxy release --instance ${word}\``];
  return refusal(
    'QUOTA_EXCEEDED',
    `the ${what} ${owner} holds ${count} ${count === 1 ? 'lease' : 'leases'}, and one ${what} may hold ${limit}`,
    `Run ${see} to see them and ${release} to give them back, or raise "${key}" in config.json, which counts at once.`,
    { quota: key, limit, count, [field]: owner },
  );
}

export function leaseNotFound(lockId: string): Refusal {
  return refusal(
    'LEASE_NOT_FOUND',
    `no live lease has the lock id ${lockId}`,
    'Run `styxy list -v` for the live ones.',
    {
      lock_id: lockId,
    },
  );
}

export function staleFence(entry: LeaseEntry, fence: number): Refusal {
  const { lockId, serviceType, fence: current } = entry.lease;
  return refusal(
    'STALE_FENCE',
    `fence ${fence} is not the one of ${describeLease(entry)}, which is ${current}`,
    `Whoever holds an older fence has lost the lease: run \`styxy allocate -s ${serviceType}\` for another one.`,
    { lock_id: lockId, fence, current_fence: current },
  );
}

export function leaseInUse(entry: LeaseEntry): Refusal {
  return refusal(
    'LEASE_IN_USE',
    `port ${entry.lease.port} is in use by ${describeLease(entry)}`,
    `Ask its holder, or run \`styxy release ${entry.lease.lockId} --force\` when you are sure.`,
    { lock_id: entry.lease.lockId, port: entry.lease.port, holder: describeLease(entry) },
  );
}

/** Somebody else's lease could be released only if nobody listened, and the system does not say. */
export function listenerUnknown(entry: LeaseEntry): Refusal {
  const { lockId, port } = entry.lease;
  return refusal(
    'PORTS_UNREADABLE',
    `who listens on port ${port} cannot be read, so ${describeLease(entry)} may be in use`,
    `Ask its holder, or run \`styxy release ${lockId} --force\` when you are sure.`,
    { lock_id: lockId, port, holder: describeLease(entry) },
  );
}

export function instanceNotFound(instanceId: string): Refusal {
  return refusal(
    'INSTANCE_NOT_FOUND',
    `no instance ${instanceId} is registered`,
    `Run \`styxy instances register --id ${instanceId}\`, or allocate in its name.`,
    { instance_id: instanceId },
  );
}

function invalid(field: string, detail: string, hint: string): Refusal {
  return refusal('INVALID_REQUEST', detail, hint, { field });
}

function holdersIn(
  state: StateView,
  observed: Observed,
  request: AllocateRequest,
  from: number,
  to: number,
  now: number,
): { shown: Holder[]; total: number } {
  const shown: Holder[] = [];
  let total = 0;
  for (let port = from; port <= to; port++) {
    const holder = holderOf(state, observed, request.protocol, port, now);
    if (holder === null) continue;
    total += 1;
    if (shown.length < MAX_HOLDERS) shown.push(holder);
  }
  return { shown, total };
}
