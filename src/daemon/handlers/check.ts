// Owns the handler that looks at one port: whether it is free, and who holds it.

import { userInfo } from 'node:os';
import { leaseJson } from '../../api/lease-json.ts';
import type { CheckAnswer, LeaseJson, SystemUsage } from '../../api/schemas.ts';
import { isWithin, sightOf } from '../../coordinator/sighting.ts';
import { typeNameOfPort } from '../../core/automatic-type.ts';
import { whyForbidden } from '../../core/catalogue.ts';
import type { LeaseEntry, Protocol } from '../../core/lease.ts';
import { snapshot } from '../../core/life.ts';
import { MIN_UNPRIVILEGED_PORT } from '../../core/port-range.ts';
import { ephemeralRange } from '../../os/ephemeral-range.ts';
import type { Listener, ProcessTable } from '../../os/os.ts';
import type { DaemonContext, Handler } from '../context.ts';
import { gitBranch } from '../git-branch.ts';
import { maskSecrets } from '../mask-secrets.ts';
import { explainPort } from '../port-explanation.ts';
import { directory } from './command.ts';

export const check: Handler<'check'> = async (context, { params, query }) =>
  await lookAtPort(context, {
    port: params.port,
    protocol: query.protocol ?? 'tcp',
    caller: await directory(query.project_path, 'project_path'),
  });

/** What is known of a port right now. @param about.caller the project that asks */
export async function lookAtPort(
  context: DaemonContext,
  { port, protocol, caller }: { port: number; protocol: Protocol; caller: string | null },
): Promise<CheckAnswer> {
  const { entry, known, type, restSeconds, probing } = await context.coordinator.query((reading) => {
    const named = typeNameOfPort(reading.state, context.catalogue(), port);
    const entry = reading.state.leaseOn(protocol, port);
    const rest = reading.state.quarantine(protocol, port);
    const restSeconds = Math.max(0, Math.ceil(((rest?.until ?? 0) - reading.now) / 1000));
    // A port under a live lease is never bind-probed: the probe could make its holder's own bind fail. Whether it is
    // leased is known in this very turn, and no later.
    return entry === undefined
      ? {
          entry: null,
          known: null,
          type: named,
          restSeconds,
          probing: isBindable(port) ? context.probe.taken(protocol, [port]) : null,
        }
      : {
          entry,
          known: leaseJson(snapshot(reading.state, entry, reading)),
          type: named,
          restSeconds,
          probing: null,
        };
  });
  const isTaken = probing === null ? null : (await probing).length > 0;
  // What can be bound is nobody's: only for the others somebody has to be named.
  const here = isTaken === false ? [] : await listenersOn(context, protocol, port);
  const lease = entry === null ? known : judged(known, entry, here, context.processes);
  const usage = usageOf(here, lease);
  const system = usage ?? (isTaken === true ? NOBODY_KNOWN : null);
  // Nothing was tried, and the table is out of sight: nobody said that the port is free.
  const isUnknown = lease === null && isTaken === null && here === null;
  const drifted = lease === null && system !== null ? await leaseAstray(context, protocol, port) : null;
  const catalogue = context.catalogue();
  const project = (lease ?? drifted)?.project_path ?? null;
  const branch = project === null ? null : await gitBranch(project);
  return {
    port,
    protocol,
    available: isUnknown ? null : lease === null && system === null,
    allocated_to: lease,
    system_usage: system,
    drifted_from: drifted,
    service_type: type,
    branch,
    rest_seconds: restSeconds,
    suggestion: explainPort({
      port,
      protocol,
      lease,
      isOwn: caller !== null && caller === lease?.project_path,
      branch,
      usage: system,
      isUnknown,
      drifted,
      type,
      isDaemons: port === context.port(),
      forbidden: whyForbidden(catalogue, protocol, port),
      restSeconds,
      ephemeral: ephemeralRange(),
      user: ownUser(),
      now: context.clock.wall(),
    }),
  };
}

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

/** The name of the daemon's user; null where the system has none for him. */
function ownUser(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}

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
