// Owns the handlers about the daemon itself: health, status, configuration, description, token, stop.

import { API_VERSION, VERSION } from '../../api/api-version.ts';
import { openapiDocument } from '../../api/openapi.ts';
import type {
  ConfigAnswer,
  HealthAnswer,
  RotateAnswer,
  ShutdownAnswer,
  StatusAnswer,
} from '../../api/schemas-daemon.ts';
import { cleanedInAll } from '../../coordinator/watch-counts.ts';
import { countHealth } from '../../core/health.ts';
import { isOrphan } from '../../core/life.ts';
import type { Handler } from '../context.ts';
import { maskToken } from '../mask-secrets.ts';

export const health: Handler<'health'> = (context, _input, reply) => {
  const { canCommit, reason } = context.coordinator.health();
  if (!canCommit) reply.code(503);
  reply.header('cache-control', 'no-store').send({
    status: canCommit ? 'ok' : 'degraded',
    version: VERSION,
    api_version: API_VERSION,
    pid: process.pid,
    reason,
  } satisfies HealthAnswer);
};

export const status: Handler<'status'> = (context) =>
  context.coordinator.query(({ state, now }): StatusAnswer => {
    const { canCommit, reason, commits, conflicts, watch } = context.coordinator.health();
    const byState = { reserved: 0, active: 0, idle: 0, hijacked: 0 };
    let orphans = 0;
    let singletons = 0;
    for (const entry of state.leases()) {
      const { lease, vitals } = entry;
      byState[vitals.state] += 1;
      if (vitals.state === 'active' && isOrphan(state, entry, now)) orphans += 1;
      if (lease.singleton) singletons += 1;
    }
    return {
      version: VERSION,
      api_version: API_VERSION,
      pid: process.pid,
      uptime_seconds: Math.floor((context.clock.monotonic() - context.startedMonotonic) / 1000),
      started_at: new Date(context.startedAt).toISOString(),
      home: context.home.dir,
      // Not the address it is bound by: that of a long path means nothing to another process.
      socket: context.socket === null ? null : context.home.socket,
      port: context.port(),
      asked_port: [0, context.port()].includes(context.askedPort) ? null : context.askedPort,
      token: maskToken(context.token.current()),
      counts: {
        leases: state.leaseCount,
        ...byState,
        orphans,
        singletons,
        instances: Array.from(state.instances()).length,
        service_types: context.catalogue().serviceTypes.size,
      },
      store: { kind: context.storeKind, can_commit: canCommit, reason, commits },
      config: configStatus(context.config()),
      auto_allocation: {
        enabled: context.catalogue().autoAllocation !== null,
        ranges: Array.from(state.ranges()).length,
        not_in_config: context.rangeFile.obstacle,
        placement_problem: context.placementProblem(),
      },
      recovery: context.recovery,
      health_monitor: {
        ...context.healthMonitor(),
        port_conflicts: conflicts,
        hijacks: context.tally.events.get('')?.get('hijacked') ?? 0,
        passes: watch.passes,
        checks: watch.checks,
        ...countHealth(state, now),
        cleaned: cleanedInAll(watch),
        cleaned_by_reason: Object.fromEntries(watch.cleaned),
      },
    };
  });

function configStatus({ path, sources, errors, last_good_problem }: ConfigAnswer): StatusAnswer['config'] {
  const used = new Set(Object.values(sources));
  const serving = used.has('last-good') ? 'last-good' : used.has('config.json') ? 'config.json' : 'default';
  return { path, mistakes: errors.length, serving, last_good_problem };
}

export const config: Handler<'config'> = (context, _input, reply) => {
  reply.send(context.config());
};

let document: string | null = null;

export const openapi: Handler<'openapi'> = (_context, _input, reply) => {
  document ??= `${JSON.stringify(openapiDocument(), null, 2)}\n`;
  reply.type('application/json').send(document);
};

export const rotateToken: Handler<'rotateToken'> = (context, _input, reply) => {
  context.token.rotate();
  reply.send({
    success: true,
    token: maskToken(context.token.current()),
    message: 'The token was replaced; the former one is refused from now on',
  } satisfies RotateAnswer);
};

export const shutdown: Handler<'shutdown'> = (context, _input, reply) => {
  reply.raw.once('close', context.stop);
  reply
    .code(202)
    .header('connection', 'close')
    .send({
      success: true,
      pid: process.pid,
      message: 'The daemon stops; leases stay for the next one',
    } satisfies ShutdownAnswer);
};
