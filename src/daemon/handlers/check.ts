// Owns the handler that says of one port whether it is free, who holds it, and what to do.

import { leaseJson } from '../../api/lease-json.ts';
import type { CheckAnswer, LeaseJson, SystemUsage } from '../../api/schemas.ts';
import { usageName } from '../../api/usage-name.ts';
import { isWithin, sightOf } from '../../coordinator/sighting.ts';
import { typeNameOfPort } from '../../core/automatic-type.ts';
import { type Catalogue, whyForbidden } from '../../core/catalogue.ts';
import type { LeaseEntry, Protocol } from '../../core/lease.ts';
import { snapshot } from '../../core/life.ts';
import { MIN_UNPRIVILEGED_PORT } from '../../core/port-range.ts';
import type { Listener, ProcessTable } from '../../os/os.ts';
import type { DaemonContext, Handler } from '../context.ts';
import { maskSecrets } from '../mask-secrets.ts';

export const check: Handler<'check'> = async (context, { params, query }) => {
  const { port } = params;
  const protocol = query.protocol ?? 'tcp';
  const { entry, known, type, probing } = await context.coordinator.query((reading) => {
    const named = typeNameOfPort(reading.state, context.catalogue(), port);
    const entry = reading.state.leaseOn(protocol, port);
    // A port under a live lease is never bind-probed: the probe could make its holder's own bind fail. Whether it is
    // leased is known in this very turn, and no later.
    return entry === undefined
      ? {
          entry: null,
          known: null,
          type: named,
          probing: isBindable(port) ? context.probe.taken(protocol, [port]) : null,
        }
      : { entry, known: leaseJson(snapshot(reading.state, entry, reading)), type: named, probing: null };
  });
  const isTaken = probing === null ? null : (await probing).length > 0;
  // What can be bound is nobody's: only for the others somebody has to be named.
  const here = isTaken === false ? [] : await listenersOn(context, protocol, port);
  const lease = entry === null ? known : judged(known, entry, here, context.processes);
  const usage = usageOf(here, lease);
  const system = usage ?? (isTaken === true ? NOBODY_KNOWN : null);
  const drifted = lease === null && system !== null ? await leaseAstray(context, protocol, port) : null;
  const catalogue = context.catalogue();
  return {
    port,
    protocol,
    available: lease === null && system === null,
    allocated_to: lease,
    system_usage: system,
    drifted_from: drifted,
    service_type: type,
    suggestion: suggestion(catalogue, port, protocol, lease, system, drifted, type),
  } satisfies CheckAnswer;
};

/** The lease whose program was last seen on this port instead of its own. */
function leaseAstray(context: DaemonContext, protocol: Protocol, port: number): Promise<LeaseJson | null> {
  return context.coordinator.query((reading) => {
    for (const entry of reading.state.leases()) {
      if (entry.lease.protocol === protocol && entry.vitals.drift.includes(port))
        return leaseJson(snapshot(reading.state, entry, reading));
    }
    return null;
  });
}

/** Somebody has the port, and the system does not say who. */
const NOBODY_KNOWN: SystemUsage = {
  pid: null,
  process: null,
  command: null,
  user: null,
  cwd: null,
  container: null,
  addresses: [],
};

/** Without privileges the low ports cannot be bound, taken or not: the table of listeners alone knows. */
function isBindable(port: number): boolean {
  return port >= MIN_UNPRIVILEGED_PORT || process.geteuid?.() === 0;
}

/** Who listens on the port right now; null where the table cannot be read. */
async function listenersOn(
  { portTable }: DaemonContext,
  protocol: Protocol,
  port: number,
): Promise<readonly Listener[] | null> {
  const listeners = await portTable.listeners({ ports: new Set([port]), maxAgeMs: 0 });
  return listeners?.filter((each) => each.protocol === protocol && each.port === port) ?? null;
}

/** The lease in the state that these listeners mean: the last look of the watch may be some seconds old. */
function judged(
  lease: LeaseJson | null,
  entry: LeaseEntry,
  here: readonly Listener[] | null,
  processes: ProcessTable,
): LeaseJson | null {
  // Of a block, the other ports were not looked at.
  if (lease === null || here === null || entry.lease.count > 1) return lease;
  switch (sightOf(entry, here, processes)) {
    case 'own':
      return { ...lease, state: 'active', expires_at: null };
    case 'stranger':
      return { ...lease, state: 'hijacked' };
    case 'none':
      return lease.state === 'active' ? { ...lease, state: 'idle' } : lease;
  }
}

function usageOf(listeners: readonly Listener[] | null, lease: LeaseJson | null): SystemUsage | null {
  const here = listeners ?? [];
  const project = lease?.state === 'hijacked' ? lease.project_path : null;
  const stranger =
    project === null ? undefined : here.find(({ cwd }) => cwd !== null && !isWithin(cwd, project));
  const first = stranger ?? here.find(({ pid }) => pid !== null) ?? here[0];
  if (first === undefined) return null;
  return {
    pid: first.pid,
    process: first.process,
    command: first.command === null ? null : maskSecrets(first.command),
    user: first.user,
    cwd: first.cwd,
    container: first.container,
    addresses: addressesOf(here),
  };
}

function addressesOf(listeners: readonly Listener[]): string[] {
  return [...new Set(listeners.flatMap(({ addresses }) => addresses))];
}

function suggestion(
  catalogue: Catalogue,
  port: number,
  protocol: Protocol,
  lease: LeaseJson | null,
  system: SystemUsage | null,
  drifted: LeaseJson | null,
  type: string | null,
): string {
  const [named, udp] = protocol === 'udp' ? ['UDP port', ' --udp'] : ['Port', ''];
  const another = `\`styxy allocate -s ${lease?.service_type ?? type ?? 'dev'}${udp}\``;
  if (lease !== null) {
    const astray =
      lease.drift.length === 0 ? '' : `, whose program listens on ${lease.drift.join(', ')} instead`;
    const instead = lease.singleton
      ? `it runs once on this machine: use it at ${lease.url ?? `port ${port}`}`
      : `run ${another} for another port`;
    return `${named} ${port} is leased to ${holderOf(lease)} (${lease.state})${astray}; ${instead}, or \`styxy release ${lease.lock_id}\` if it is yours.`;
  }
  if (catalogue.ownPorts.has(port))
    return `${named} ${port} is Styxy's own; run ${another} for another port.`;
  if (drifted !== null && system !== null) {
    const whose = `${holderOf(drifted)}, which was given port ${drifted.port} and opened this one`;
    return `${named} ${port} is held by ${usageName(system)}: ${whose}; run ${another} for another port, or tell the program its own.`;
  }
  if (system !== null) {
    return `${named} ${port} is held by ${usageName(system)} without a lease; run ${another} for another port.`;
  }
  if (port < MIN_UNPRIVILEGED_PORT) {
    return `${named} ${port} is free, but Styxy grants no port below ${MIN_UNPRIVILEGED_PORT}; run ${another}.`;
  }
  const forbidden = whyForbidden(catalogue, protocol, port);
  if (forbidden !== null)
    return `${named} ${port} is free, but never granted: ${forbidden}; run ${another} for another port.`;
  return `${named} ${port} is free; run \`styxy allocate -s ${type ?? 'dev'} -p ${port} --exact${udp}\` to lease it.`;
}

function holderOf({ service_type: type, service_name: name, project_path, instance_id }: LeaseJson): string {
  const whose = project_path ?? instance_id;
  return `${name ?? type}${whose === null ? '' : ` of ${whose}`}`;
}
