// Owns the naive model's answer to an allocation: the contract's "Key", "Choice" and "Singletons", sentence by sentence.

import { portId } from '../../src/core/change.ts';
import type { AllocateRequest } from '../../src/core/command.ts';
import { keyOf, keyOfRequest, type Model, type ModelLease } from './model.ts';
import { BLOCKED_PORT, OWN_PORT } from './small-catalogue.ts';

export type ModelAnswer =
  | {
      readonly code: string;
      /** The ports on which strangers were met on the way. */
      readonly met?: readonly number[];
    }
  | {
      readonly existing: boolean;
      readonly port: number;
      readonly serial: number;
      readonly skipped: number[];
      readonly met?: readonly number[];
    };

/** Answers a request and, where `requestId` was answered before, the first answer again. */
export function allocate(model: Model, request: AllocateRequest, requestId: string | null): ModelAnswer {
  // Every request that names an instance is a heartbeat, whatever comes of it.
  model.hear(request.instanceId);
  const { process: _process, linkedWorktree: _linked, ...said } = request;
  const body = JSON.stringify({ ...said, ttlMs: said.ttlMs ?? model.catalogue.defaultTtlMs });
  const old = model.answers.findLast(({ id }) => id === requestId);
  if (old !== undefined && model.now - old.at < model.catalogue.requestRetentionMs) {
    return old.body === body ? (old.answer as ModelAnswer) : { code: 'INVALID_REQUEST' };
  }
  const answer = allocateAnew(model, request);
  // A mistake in the request itself is no answer to remember: nothing was decided.
  const isMistake = 'code' in answer && answer.code === 'UNKNOWN_SERVICE_TYPE';
  if (requestId !== null && !isMistake) model.answers.push({ id: requestId, body, at: model.now, answer });
  return answer;
}

function allocateAnew(model: Model, request: AllocateRequest): ModelAnswer {
  const type = model.type(request.serviceType);
  if (type === undefined) return { code: 'UNKNOWN_SERVICE_TYPE' };
  const isSingle = type.instanceBehavior === 'single';
  const running = isSingle ? model.leases.find((l) => isSameSingleton(l, request)) : undefined;
  if (running !== undefined && running.state !== 'hijacked') {
    if (request.fresh || !isSameShape(running, request)) return { code: 'SINGLETON_HELD' };
    return join(model, running, request);
  }
  const key = keyOfRequest(request);
  if (key !== null && request.serviceName !== null && !request.fresh) {
    const match = model.leases.findLast(
      (l) => keyOf(l) === key && l.state !== 'hijacked' && isSameShape(l, request),
    );
    if (match !== undefined) return join(model, match, request);
  }
  if (isOverQuota(model, request, running)) return { code: 'QUOTA_EXCEEDED' };
  const { port, skipped } = choose(model, request);
  if (port === null) {
    restAfterRefusal(model, [{ request, met: skipped }]);
    return { code: request.exact ? 'PORT_UNAVAILABLE' : 'RANGE_EXHAUSTED', met: skipped };
  }
  return grant(model, request, port, skipped, running);
}

/** "How many live leases one project, and one instance, may hold"; one that ends with the grant does not count. */
function isOverQuota(model: Model, request: AllocateRequest, replaced: ModelLease | undefined): boolean {
  const others = model.leases.filter((lease) => lease !== replaced);
  const ofProject = others.filter(({ project }) => project === request.projectPath).length;
  const ofInstance = others.filter(({ instance }) => instance === request.instanceId).length;
  return (
    (request.projectPath !== null && ofProject >= model.catalogue.maxLeasesPerProject) ||
    (request.instanceId !== null && ofInstance >= model.catalogue.maxLeasesPerInstance)
  );
}

function grant(
  model: Model,
  request: AllocateRequest,
  port: number,
  skipped: number[],
  running: ModelLease | undefined,
): ModelAnswer {
  model.meet(request.instanceId, request.linkedWorktree);
  const { protocol, count } = request;
  const key = keyOfRequest(request);
  // A second copy beside a running one leaves the key its port.
  const isSecond = model.leases.some((lease) => keyOf(lease) === key && lease.state !== 'hijacked');
  const wish = request.preferredPort;
  const isWishHeld =
    wish !== null &&
    wish !== port &&
    model.leases.some((lease) => lease.protocol === protocol && covers(lease, wish));
  if (running !== undefined) model.end(running, true);
  const serial = ++model.serial;
  model.leases.push({
    serial,
    lockId: '',
    fence: 0,
    protocol,
    port,
    count,
    type: request.serviceType,
    name: request.serviceName,
    project: request.projectPath,
    instance: request.instanceId,
    pid: request.pid,
    isIdentified: request.process !== null,
    ttlMs: request.ttlMs ?? model.catalogue.defaultTtlMs,
    state: 'reserved',
    life: request.pid === null ? 'none' : request.process === null ? 'unknown' : 'alive',
    holds: 0,
    renewedAt: model.now,
    askedAt: model.now,
    missed: 0,
    missedAt: 0,
    orphan: false,
    isUnseen: false,
  });
  if (key !== null && !isSecond) {
    model.former = model.former.filter((memory) => memory.key !== key);
    model.former.push({ key, protocol, port, count, project: request.projectPath });
  }
  for (const taken of skipped) restAfterConflict(model, request, taken);
  // The wish is told too where a lease is in its way, but such a port does not rest.
  const told = isWishHeld ? [...skipped, wish].sort((a, b) => a - b) : skipped;
  return { existing: false, port, serial, skipped: told, met: skipped };
}

function covers(lease: ModelLease, port: number): boolean {
  return port >= lease.port && port < lease.port + lease.count;
}

/** A port on which a stranger was found rests for a short while (invariant 19). */
function restAfterConflict(model: Model, { protocol }: AllocateRequest, port: number): void {
  const old = model.restOf(protocol, port);
  const until = model.now + model.catalogue.conflictRestMs;
  if (old !== undefined && old.until >= until) return;
  const former = model.former.findLast(
    (m) => m.protocol === protocol && port >= m.port && port < m.port + m.count,
  );
  const restMs = old?.restMs ?? model.catalogue.conflictRestMs;
  model.setRest({ protocol, port, until, restMs, key: old?.key ?? former?.key ?? null });
}

/** Ports on which refused requests met strangers rest, unless such a rest has just begun or they rest for longer. */
export function restAfterRefusal(
  model: Model,
  refused: readonly { readonly request: AllocateRequest; readonly met: readonly number[] }[],
): void {
  for (const { request, met } of refused) {
    for (const port of met) {
      const until = model.restOf(request.protocol, port)?.until ?? model.now;
      if (until > model.now && until <= model.now + model.catalogue.conflictRestMs) continue;
      restAfterConflict(model, request, port);
    }
  }
}

function join(model: Model, lease: ModelLease, request: AllocateRequest): ModelAnswer {
  const isInstanceOver = model.isInstanceOver(lease.instance);
  model.meet(request.instanceId, request.linkedWorktree);
  const answer = { existing: true, port: lease.port, serial: lease.serial, skipped: [] };
  if (keyOf(lease) !== keyOfRequest(request)) return answer;
  lease.renewedAt = model.now;
  lease.askedAt = model.now;
  lease.ttlMs = request.ttlMs ?? lease.ttlMs;
  lease.missed = 0;
  // The asker takes the place of an instance that is over, and of a holder that is dead or unknown.
  if (isInstanceOver) lease.instance = request.instanceId;
  const isUsed = lease.state === 'active';
  const isHeld = lease.holds > 0 || lease.life === 'alive' || lease.life === 'unknown' || isUsed;
  const isOther = request.pid !== null && request.pid !== lease.pid;
  const isGone = isHeld ? lease.life === 'dead' && !isUsed : lease.life === 'dead' || lease.orphan || isOther;
  if (isGone) setHolder(lease, request);
  if (lease.state === 'idle') lease.state = 'reserved';
  return answer;
}

/** The sender of a request is the holder now. */
export function setHolder(
  lease: ModelLease,
  { pid, process }: Pick<AllocateRequest, 'pid' | 'process'>,
): void {
  lease.pid = pid;
  lease.isIdentified = process !== null;
  lease.life = pid === null ? 'none' : process === null ? 'unknown' : 'alive';
  lease.orphan = false;
}

function choose(model: Model, request: AllocateRequest): { port: number | null; skipped: number[] } {
  const { preferredPort, exact, protocol, count } = request;
  const skipped = new Set<number>();
  const isOpen = (first: number): boolean => {
    const ports = Array.from({ length: count }, (_, i) => first + i);
    if (!ports.every((port) => isGrantable(model, request, port))) return false;
    // A block with a port that was found taken before is not looked at again.
    if (ports.some((port) => skipped.has(port))) return false;
    const taken = ports.filter((port) => model.strangers.has(portId(protocol, port)));
    for (const port of taken) skipped.add(port);
    return taken.length === 0;
  };
  const range = model.type(request.serviceType)?.range ?? { start: 0, end: 0 };
  // Of ports out of range only the wish is reported.
  const isTold = (port: number): boolean =>
    (port >= range.start && port <= range.end) ||
    (preferredPort !== null && port >= preferredPort && port < preferredPort + count);
  const done = (port: number | null) => ({
    port,
    skipped: [...skipped].filter(isTold).sort((a, b) => a - b),
  });
  if (preferredPort !== null && isOpen(preferredPort)) return done(preferredPort);
  if (exact) return done(null);
  const key = keyOfRequest(request);
  const former = model.former.find((memory) => memory.key === key);
  // More ports than it had are its former ones only as far as the range goes.
  const isFormer = former !== undefined && (count <= former.count || isInRange(model, request, former.port));
  if (isFormer && isOpen(former.port)) return done(former.port);
  const last: number[] = [];
  for (const port of orderOf(model, request)) {
    if (isRememberedByOthers(model, request, port, key)) last.push(port);
    else if (isOpen(port)) return done(port);
  }
  return done(last.find((port) => isOpen(port)) ?? null);
}

/** The first ports of blocks within the range: preferred ones, shifted by the template, then ascending. */
function orderOf(model: Model, request: AllocateRequest): number[] {
  const type = model.type(request.serviceType);
  if (type === undefined) return [];
  const known = model.instances.find(({ id, life }) => id === request.instanceId && life !== 'dead');
  const template = known?.template ?? (request.linkedWorktree ? 'features' : 'main');
  const shift = request.instanceId === null ? 0 : (model.catalogue.templates.get(template) ?? 0);
  const preferred = type.preferredPorts;
  const at = shift % preferred.length;
  const all = [...preferred.slice(at), ...preferred.slice(0, at)];
  for (let port = type.range.start; port <= type.range.end; port++) all.push(port);
  return all.filter((port) => isInRange(model, request, port));
}

function isInRange(model: Model, request: AllocateRequest, first: number): boolean {
  const range = model.type(request.serviceType)?.range;
  return range !== undefined && first >= range.start && first + request.count - 1 <= range.end;
}

function isGrantable(model: Model, request: AllocateRequest, port: number): boolean {
  const { protocol } = request;
  if (port < 1024 || port > 65_535 || port === OWN_PORT || (protocol === 'tcp' && port === BLOCKED_PORT))
    return false;
  if (model.leaseAt(protocol, port) !== undefined) return false;
  const rest = model.restOf(protocol, port);
  const rests =
    rest !== undefined && rest.until > model.now && (rest.key === null || rest.key !== keyOfRequest(request));
  return request.exact || !rests;
}

function isRememberedByOthers(
  model: Model,
  request: AllocateRequest,
  first: number,
  key: string | null,
): boolean {
  return Array.from({ length: request.count }, (_, i) => first + i).some((port) => {
    // Who used a port last is the one that it is remembered for.
    const memory = model.former.findLast(
      (m) => m.protocol === request.protocol && port >= m.port && port < m.port + m.count,
    );
    if (memory === undefined || memory.key === key) return false;
    return memory.project !== null && !model.deleted.has(memory.project);
  });
}

function isSameSingleton(lease: ModelLease, request: AllocateRequest): boolean {
  return (
    lease.type === request.serviceType &&
    (lease.name ?? lease.type) === (request.serviceName ?? request.serviceType)
  );
}

function isSameShape(lease: ModelLease, request: AllocateRequest): boolean {
  if (lease.protocol !== request.protocol) return false;
  return lease.count === request.count && !(request.exact && request.preferredPort !== lease.port);
}
