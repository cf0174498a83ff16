// Owns the lines of `styxy status`: names and values of all that the daemon says about itself.

import type { StatusAnswer } from '../api/schemas-daemon.ts';
import { MAX_SOCKET_PATH_BYTES } from '../home.ts';
import { counted, mistakesText } from './brief-line.ts';
import { durationText } from './duration.ts';
import { pairLines } from './table.ts';

export function statusLines(status: StatusAnswer): readonly string[] {
  return pairLines(statusPairs(status));
}

function rangesText({
  enabled,
  ranges,
  not_in_config: why,
  placement_problem: problem,
}: StatusAnswer['auto_allocation']): string {
  const made = `${ranges} made by themselves${enabled ? '' : ', and no more are made'}`;
  const written = why === null ? made : `${made}; not in config.json: ${why}`;
  return problem === null ? written : `${written}; the placement module is not followed: ${problem}`;
}

function socketText(socket: string | null): string {
  if (socket === null) return 'none';
  const isLong = Buffer.byteLength(socket) > MAX_SOCKET_PATH_BYTES;
  return isLong ? `${socket}; too long a path for other programs: they use TCP with the token` : socket;
}

function statusPairs(status: StatusAnswer): (readonly [string, string])[] {
  const { counts, store, recovery, health_monitor: monitor } = status;
  return [
    ['Version', `${status.version} (API ${status.api_version})`],
    ['Process', `${status.pid}, up ${durationText(status.uptime_seconds)}`],
    ['Home', status.home],
    ['Socket', socketText(status.socket)],
    ['API', apiText(status)],
    ['Token', status.token],
    [
      'Leases',
      `${counts.leases}: ${counts.reserved} reserved, ${counts.active} active, ${counts.idle} idle, ${counts.hijacked} hijacked, ${counted(counts.orphans, 'orphan')}, ${counted(counts.singletons, 'singleton')}`,
    ],
    ['Instances', String(counts.instances)],
    ['Types', String(counts.service_types)],
    [
      'Store',
      `${store.kind}, ${store.can_commit ? counted(store.commits, 'commit') : `cannot commit: ${store.reason ?? 'unknown reason'}`}`,
    ],
    [
      'Config',
      status.config.mistakes > 0
        ? `${status.config.path} has ${mistakesText(status.config)}; see styxy config validate`
        : status.config.serving === 'config.json'
          ? status.config.path
          : 'as shipped',
    ],
    ['Ranges', rangesText(status.auto_allocation)],
    ['Recovery', recoveryText(recovery)],
    ['Health', monitor.enabled ? healthText(monitor) : 'not watched'],
  ];
}

function recoveryText({ state, steps, ...recovery }: StatusAnswer['recovery']): string {
  const parts = [`${state}, ${counted(recovery.leases_restored, 'lease')} restored`];
  if (recovery.set_aside > 0) parts.push(`${counted(recovery.set_aside, 'record')} set aside into backups`);
  for (const { step, outcome, detail } of steps) {
    if (outcome === 'failed') parts.push(`${step} failed: ${detail ?? 'for no known reason'}`);
    if (outcome === 'mended' && step !== 'store') parts.push(detail ?? `${step} mended`);
  }
  return parts.join('; ');
}

function healthText(monitor: StatusAnswer['health_monitor']): string {
  const { healthy, unhealthy, unknown, cleaned, interval_ms: intervalMs } = monitor;
  const unseen = unknown === 0 ? '' : `, ${unknown} nobody could see`;
  const conflicts = counted(monitor.port_conflicts, 'port conflict');
  return `${healthy} healthy, ${unhealthy} unhealthy${unseen}; ${cleaned} cleaned, ${conflicts} seen; a missing listener counts every ${intervalMs / 1000} s`;
}

function apiText({ port, asked_port: asked }: StatusAnswer): string {
  const place = port === null ? 'no TCP port' : `http://127.0.0.1:${port}`;
  return asked === null ? place : `${place}; port ${asked}, which was asked for, was taken`;
}
