// Owns `styxy status`: the daemon, what it holds, and how it is.

import type { StatusAnswer } from '../../api/schemas-daemon.ts';
import { expectOk } from '../../client/client.ts';
import { MAX_SOCKET_PATH_BYTES } from '../../home.ts';
import type { Command } from '../command.ts';
import { durationText } from '../duration.ts';
import { reach } from '../reach.ts';
import { pairLines } from '../table.ts';
import { print, printJson } from '../write.ts';

export const statusCommand: Command = {
  name: 'status',
  summary: 'Show the state of the daemon',
  usage: ['status [--brief]'],
  options: { brief: { kind: 'flag', description: 'One line' } },
  examples: [{ line: 'styxy status --brief', description: 'Is all well?' }],
  async run(invocation) {
    const client = await reach(invocation);
    const status = expectOk(await client.request<StatusAnswer>('GET', '/status'));
    client.close();
    if (invocation.isJson) printJson(status);
    else if (invocation.has('brief')) print(briefLine(status));
    else for (const line of pairLines(statusPairs(status))) print(line);
    return 0;
  },
};

/** One line about the daemon. */
export function briefLine({ version, pid, port, counts, store, config }: StatusAnswer): string {
  const trouble = store.can_commit ? '' : `, STORE CANNOT COMMIT: ${store.reason ?? 'unknown reason'}`;
  const leases = `${counted(counts.leases, 'lease')} (${counts.active} active, ${counts.hijacked} hijacked)`;
  const mistaken = config.mistakes === 0 ? '' : `, config.json has ${mistakesText(config)}`;
  return `styxy ${version}, pid ${pid}, port ${port ?? '-'}, ${leases}${trouble}${mistaken}`;
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

function mistakesText({ mistakes, serving }: StatusAnswer['config']): string {
  const count = mistakes === 1 ? 'a mistake' : `${mistakes} mistakes`;
  return `${count}, the ${serving === 'last-good' ? 'last good' : 'shipped'} configuration holds`;
}

function rangesText({ enabled, ranges, not_in_config: why }: StatusAnswer['auto_allocation']): string {
  const made = `${ranges} made by themselves${enabled ? '' : ', and no more are made'}`;
  return why === null ? made : `${made}; not in config.json: ${why}`;
}

function socketText(socket: string | null): string {
  if (socket === null) return 'none';
  const isLong = Buffer.byteLength(socket) > MAX_SOCKET_PATH_BYTES;
  return isLong ? `${socket}; too long a path for other programs: they use TCP with the token` : socket;
}

function apiText({ port, asked_port: asked }: StatusAnswer): string {
  const place = port === null ? 'no TCP port' : `http://127.0.0.1:${port}`;
  return asked === null ? place : `${place}; port ${asked}, which was asked for, was taken`;
}

/** Names and values of all that the daemon says about itself. */
export function statusPairs(status: StatusAnswer): (readonly [string, string])[] {
  const { counts, store, recovery, health_monitor: monitor } = status;
  const setAside =
    recovery.set_aside === 0 ? '' : `, ${counted(recovery.set_aside, 'record')} set aside into backups`;
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
    ['Recovery', `${recovery.state}, ${counted(recovery.leases_restored, 'lease')} restored${setAside}`],
    [
      'Health',
      monitor.enabled
        ? `a missing listener counts every ${monitor.interval_ms / 1000} s, ${counted(monitor.port_conflicts, 'port conflict')} seen`
        : 'not watched',
    ],
  ];
}
