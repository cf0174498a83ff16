// Owns what a run says to people, in sentences that name the place and the next step.

import type { AllocateAnswer, LeaseJson, SystemUsage } from '../api/schemas.ts';
import { usageName } from '../api/usage-name.ts';
import type { StyxyError } from '../errors.ts';
import type { RunPlan } from '../tools/plan.ts';
import { variableSuffix } from './environment.ts';
import { fillPort, wantsPort } from './placeholder.ts';

/**
 * @param wish the port that was asked for
 * @param skipped the ports that were found taken on the way to this lease
 */
export function granted(
  lease: LeaseJson,
  wish: number | null,
  { skipped = [], existing = false }: Partial<Pick<AllocateAnswer, 'skipped' | 'existing'>> = {},
): string {
  const gets = `${nameOf(lease)} gets ${placeOf(lease)}`;
  if (wish === null || wish === lease.port) return gets;
  if (existing) return `${gets}, which it had before; to move it to ${wish}: styxy release ${lease.lock_id}`;
  const holder = skipped.find(({ port }) => port === wish)?.holder ?? null;
  const why = holder === null ? `is not to be had: \`styxy check ${wish}\` says why` : `is held by ${holder}`;
  return `${gets} (port ${wish} ${why})`;
}

export function runsElsewhere(lease: LeaseJson): string {
  const what =
    lease.state === 'active'
      ? `runs already at ${placeOf(lease)}${holderOf(lease)}`
      : reservedAt(lease, 'is reserved');
  return `${nameOf(lease)} ${what}; this copy gets a port of its own`;
}

/** @param said what the daemon says of it, which is more than the lease does */
export function singletonRuns(lease: LeaseJson, said: string | null): string {
  if (said !== null) return `${said}; nothing was started`;
  const what = `${nameOf(lease)} runs once on this machine`;
  if (lease.state === 'active')
    return `${what}, and it runs already at ${placeOf(lease)}${holderOf(lease)}; nothing was started`;
  const free = lease.expires_at === null ? '' : `. To free it: styxy release ${lease.lock_id}`;
  return `${what}, and ${reservedAt(lease, 'it is reserved')}; nothing was started${free}`;
}

/** What the user has to do about the port of a command that cannot be told it. */
export function hints({ advice, fixedPort, leaseless, tool }: RunPlan, lease: LeaseJson): string[] {
  if (leaseless === 'several')
    return [`${tool} starts several servers, so there is no PORT; its lease is in ${variableOf(lease)}`];
  return advice === null || fixedPort !== null ? [] : fillPort([advice], lease.port);
}

/** Why a command gets no lease. */
export function leaseless({ advice, leaseless: kind, tool }: RunPlan): string {
  const then = advice === null ? '' : ` ${advice}`;
  switch (kind) {
    case 'several':
      return `${tool} starts several servers, so it gets no PORT and no lease.${then}`;
    case 'configured':
      return `${tool} takes its ports from a file, so it gets no lease.${then}`;
    case 'tunnel':
      return `${tool} opens a tunnel to a port, so it gets none itself.${then}`;
    default:
      return `the command leases its port itself, by \`styxy run\` in its script`;
  }
}

export function leaseLost(lease: LeaseJson): string {
  return `the lease of port ${lease.port} was ended by somebody; the command goes on without it`;
}

export function movesOn(lease: LeaseJson, stranger: SystemUsage): string {
  return `${takenBy(lease, stranger)} before the command listened on it; trying once more on another port`;
}

export function portTaken(lease: LeaseJson, stranger: SystemUsage): string {
  const remedy = `\`styxy check ${lease.port}\` says more`;
  return `${takenBy(lease, stranger)}: this is a port conflict, not a bug in the command; ${remedy}`;
}

/** The command has ended, and a server of it has not. */
export function goesOn(lease: LeaseJson, heir: SystemUsage): string {
  return `${usageName(heir)} goes on in the background at ${placeOf(lease)}, and keeps the lease; to end it: kill ${heir.pid}`;
}

/** @param stranger who has the lease's own port, if anybody has */
export function drifted(
  { tool }: RunPlan,
  lease: LeaseJson,
  ports: readonly number[],
  stranger: SystemUsage | null,
): string {
  const what = `${tool ?? 'the command'} listens on ${ports.join(', ')} so far, and not on its own port ${lease.port}`;
  const why = stranger === null ? '' : `, which ${nameOfStranger(stranger)} has`;
  return `${what}${why}; tell it by {port} in the command, such as \`--port {port}\``;
}

export function notStarted(words: readonly string[], code: string): string {
  const [command = ''] = words;
  switch (code) {
    case 'ENOENT':
      return `command not found: ${command}`;
    case 'EACCES':
      return `not executable: ${command}`;
    default:
      return `${command} cannot be started (${code})`;
  }
}

export function noDaemon(words: readonly string[], preferredPort: number | null, why: StyxyError): string {
  const placeholder = !wantsPort(words)
    ? ''
    : preferredPort === null
      ? ' {port} stays as it is, since nobody can say which port is free.'
      : ` {port} becomes ${preferredPort}, which nobody has checked.`;
  return `no daemon, so the command runs without a leased port: ${why.message}.${placeholder} ${why.hint}`;
}

function takenBy({ port }: LeaseJson, stranger: SystemUsage): string {
  return `port ${port} was taken by ${nameOfStranger(stranger)}`;
}

function nameOfStranger(stranger: SystemUsage): string {
  return `${usageName(stranger)}${stranger.cwd === null ? '' : ` in ${stranger.cwd}`}`;
}

function variableOf(lease: LeaseJson): string {
  return `STYXY_PORT_${variableSuffix(nameOf(lease))}`;
}

function nameOf(lease: LeaseJson): string {
  return lease.service_name ?? lease.service_type;
}

function placeOf(lease: LeaseJson): string {
  return lease.url ?? `port ${lease.port}`;
}

/** Of a lease on which nobody listens it is not known that anything ever ran. */
function reservedAt(lease: LeaseJson, isReserved: string): string {
  const { pid, project_path: project, state } = lease;
  const whom = ownerOf(lease) ?? 'nobody named';
  // Without a pid the owner would begin with `of`.
  const holder = pid === null || lease.orphan ? (project ?? whom) : whom;
  return `${isReserved} for ${holder} at ${placeOf(lease)}, where nobody listens ${state === 'idle' ? 'any more' : 'yet'}`;
}

function holderOf(lease: LeaseJson): string {
  const owner = ownerOf(lease);
  const parts = [
    ...(owner === null ? [] : [owner]),
    ...(lease.orphan ? ['left behind by a holder that is gone'] : []),
  ];
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

function ownerOf({ pid, project_path: project, orphan }: LeaseJson): string | null {
  // The pid of an orphan's holder names nobody any more.
  const holder = pid === null || orphan ? [] : [`pid ${pid}`];
  const place = project === null ? [] : [`of ${project}`];
  const known = [...holder, ...place].join(' ');
  return known === '' ? null : known;
}
