// Owns the explanation of a port: two sentences that say who has it, that this is no bug in anybody's code, and what to do.

import type { LeaseJson, SystemUsage } from '../api/schemas.ts';
import { usageName } from '../api/usage-name.ts';
import type { Protocol } from '../core/lease.ts';
import { contains, MIN_UNPRIVILEGED_PORT, type PortRange } from '../core/port-range.ts';

/** What is known of one port. */
export interface PortFacts {
  readonly port: number;
  readonly protocol: Protocol;
  readonly lease: LeaseJson | null;
  /** Whether the lease is of the project that asks. */
  readonly isOwn: boolean;
  /** The branch of the checkout that the lease, or the lease that drifted here, belongs to. */
  readonly branch: string | null;
  readonly usage: SystemUsage | null;
  /** Whether nothing could say that the port is free, or that it is taken. */
  readonly isUnknown: boolean;
  /** The lease whose program opened this port instead of its own. */
  readonly drifted: LeaseJson | null;
  /** The service type whose range holds the port. */
  readonly type: string | null;
  readonly isDaemons: boolean;
  /** Why it is never granted, as the end of a sentence. */
  readonly forbidden: string | null;
  /** For how many seconds more it rests. */
  readonly restSeconds: number;
  /** The ports that the system hands out by itself. */
  readonly ephemeral: PortRange;
  /** The user that the daemon runs as. */
  readonly user: string | null;
  /** Epoch ms. */
  readonly now: number;
}

const CONFLICT = 'This is a port conflict and no bug in your code';
/** A command line in a sentence. */
const MAX_COMMAND = 80;

/** @returns two sentences for a person or an agent */
export function explainPort(facts: PortFacts): string {
  const { lease, usage, isDaemons } = facts;
  if (lease !== null) return facts.isOwn ? explainOwn(facts, lease) : explainLeased(facts, lease);
  if (isDaemons)
    return `${named(facts)} is Styxy's own: its daemon serves the API there. Run ${another(facts)} for another port.`;
  if (facts.isUnknown) return explainUnknown(facts);
  return usage === null ? explainFree(facts) : explainTaken(facts, usage);
}

/** The lease of the project that asks. */
function explainOwn(facts: PortFacts, lease: LeaseJson): string {
  const { port, usage } = facts;
  const yours = `${leaseName(facts, lease)}, since ${timeOf(facts, lease.allocated_at)}`;
  const release = `\`styxy release ${lease.lock_id}\``;
  if (lease.state === 'hijacked') return explainHijacked(facts, lease);
  if (usage === null && lease.drift.length > 0)
    return `${named(facts)} is leased to your own project, ${yours}, whose program listens on ${lease.drift.join(', ')} instead. Tell the program its port, or run ${release} to give this one back.`;
  if (usage === null) {
    return `${named(facts)} is leased to your own project, ${yours}, and nobody listens there ${yetOrAnyMore(lease)}. Start the server on it with \`styxy run --lock ${lease.lock_id} -- COMMAND\`, or run ${release} to give it back.`;
  }
  const second = lease.singleton
    ? `it runs once on this machine`
    : `for a second copy run ${runOrAllocate(facts, lease.service_type)}`;
  return `${named(facts)} is held by your own project: ${listener(facts, usage)} listens there for ${yours}. If a start failed because the address is in use, that is why, and no bug in your code: use the running one at ${lease.url ?? `port ${port}`}; ${second}.`;
}

/** The lease of somebody else. */
function explainLeased(facts: PortFacts, lease: LeaseJson): string {
  const { usage } = facts;
  if (lease.state === 'hijacked') return explainHijacked(facts, lease);
  const holder = `${leaseName(facts, lease)}, since ${timeOf(facts, lease.allocated_at)}`;
  if (usage !== null)
    return `${conflict(facts)} is held by ${listener(facts, usage)} for ${holder}. Leave that server alone${instead(facts, lease)}.`;
  const pid = lease.pid === null ? '' : ` (pid ${lease.pid})`;
  const where =
    lease.drift.length === 0
      ? `nobody listens there ${yetOrAnyMore(lease)}`
      : `its program listens on ${lease.drift.join(', ')} instead`;
  const end =
    lease.expires_at === null ? '' : `; the lease ends by itself at ${timeOf(facts, lease.expires_at)}`;
  return `${conflict(facts)} is leased to ${holder}${pid}, and ${where}. Leave it alone${instead(facts, lease)}${end}.`;
}

function explainHijacked(facts: PortFacts, lease: LeaseJson): string {
  const stranger = facts.usage === null ? 'somebody else' : listener(facts, facts.usage);
  const whose = facts.isOwn ? 'your own project' : 'its holder';
  return `${conflict(facts)} is leased to ${leaseName(facts, lease)}, since ${timeOf(facts, lease.allocated_at)}, but ${stranger} listens there, which is not of ${whose}. Run ${runOrAllocate(facts, lease.service_type)} for another port.`;
}

/** Somebody has the port without a lease. */
function explainTaken(facts: PortFacts, usage: SystemUsage): string {
  const { drifted, port, protocol } = facts;
  const other = `Run ${runOrAllocate(facts)} for another port`;
  if (drifted !== null) {
    const whose = `${leaseName(facts, drifted)}, which was given port ${drifted.port} and opened this one instead`;
    return `${conflict(facts)} is held by ${listener(facts, usage)} for ${whose}. ${other}, or tell that program its own.`;
  }
  const who = `${conflict(facts)} is held by ${listener(facts, usage)}`;
  const held = `${who} without a lease`;
  if (usage.container !== null)
    return `${held}. ${other}, or have the container published on another one where it is started.`;
  if (usage.pid === null) {
    const whose = usage.user === null ? "most often another user's" : `${usage.user}'s`;
    return `${who}, ${whose}. ${other}; \`sudo lsof -nP -i :${port}\` tells the program's name.`;
  }
  if (facts.forbidden !== null) return `${held}. ${other}; this one is never granted: ${facts.forbidden}.`;
  if (port < MIN_UNPRIVILEGED_PORT) return `${held}. ${other}.`;
  const udp = protocol === 'udp' ? ' --udp' : '';
  return `${held}. ${other}; if it is a server of yours, \`styxy adopt ${port}${udp}\` gives it a lease.`;
}

/** A port that cannot be bound by this user, on a machine whose listeners cannot be listed. */
function explainUnknown(facts: PortFacts): string {
  return `Whether ${named(facts).replace('Port', 'port')} is free cannot be known: this user cannot bind it, and the listeners of this machine cannot be listed (\`styxy doctor\` tells why). \`sudo lsof -nP -i :${facts.port}\` tells who has it; run ${another(facts)} for another port.`;
}

function explainFree(facts: PortFacts): string {
  const { port, type, forbidden, restSeconds, ephemeral } = facts;
  const udp = facts.protocol === 'udp' ? ' --udp' : '';
  const exact = `\`styxy allocate -s ${type ?? 'dev'} -p ${port} --exact${udp}\``;
  if (port < MIN_UNPRIVILEGED_PORT)
    return `${named(facts)} is free, but Styxy grants no port below ${MIN_UNPRIVILEGED_PORT}. Run ${another(facts)} for another port.`;
  if (forbidden !== null)
    return `${named(facts)} is free, but never granted: ${forbidden}. Run ${another(facts)} for another port.`;
  if (restSeconds > 0)
    return `${named(facts)} is free, but rests for ${restSeconds} s more, because its lease was ended by force or somebody without one was found there. Run ${another(facts)} for another port, or ${exact} for this very one.`;
  if (contains(ephemeral, port))
    return `${named(facts)} is free, but the system hands out ${ephemeral.start} to ${ephemeral.end} by itself, so that any connection may take it. Run ${another(facts)} for a port that stays yours, or ${exact} for this very one.`;
  const outside = type === null ? ', and in no range of a service type' : '';
  return `${named(facts)} is free${outside}. Run ${exact} to lease it.`;
}

/** What to do instead of taking what another project has. */
function instead(facts: PortFacts, lease: LeaseJson): string {
  if (lease.singleton)
    return `, it runs once on this machine: use it at ${lease.url ?? `port ${lease.port}`}`;
  return `, and run ${runOrAllocate(facts, lease.service_type)} for another port`;
}

function another({ protocol, type }: PortFacts, ofType: string | null = type): string {
  return `\`styxy allocate -s ${ofType ?? 'dev'}${protocol === 'udp' ? ' --udp' : ''}\``;
}

function runOrAllocate(facts: PortFacts, ofType: string | null = facts.type): string {
  const allocate = another(facts, ofType);
  // A command is run on TCP ports.
  return facts.protocol === 'udp'
    ? allocate
    : `\`styxy run -s ${ofType ?? 'dev'} -- COMMAND\` or ${allocate}`;
}

function named({ port, protocol }: PortFacts): string {
  return `${protocol === 'udp' ? 'UDP port' : 'Port'} ${port}`;
}

function conflict(facts: PortFacts): string {
  return `${CONFLICT}: ${named(facts).replace('Port', 'port')}`;
}

/** For example `node (pid 4121) in /src/shop ("node server.js")`, or `container shop-web-1`. */
function listener({ user: me }: PortFacts, usage: SystemUsage): string {
  const { command, process, pid, user, cwd, container } = usage;
  const name = usageName(usage);
  if (container !== null || pid === null) return name;
  const line = command === null || command === process ? '' : ` ("${shortened(command)}")`;
  const whose = user === null || user === me ? '' : ` of user ${user}`;
  const place = cwd === null ? '' : ` in ${cwd}`;
  return `${name}${whose}${place}${line}`;
}

/** For example `web of /src/shop on branch fix-ui`. */
function leaseName({ branch }: PortFacts, lease: LeaseJson): string {
  const { service_name: name, service_type: type, project_path: project, instance_id: instance } = lease;
  const place = project === null ? null : `${project}${branch === null ? '' : ` on branch ${branch}`}`;
  const owner = [place, instance === null ? null : `instance ${instance}`].filter((part) => part !== null);
  return `${name ?? type}${owner.length === 0 ? '' : ` of ${owner.join(', ')}`}`;
}

function yetOrAnyMore({ state }: LeaseJson): string {
  return state === 'idle' ? 'any more' : 'yet';
}

/** One line, and not too long a one: a program may be told a whole script in its command line. */
function shortened(command: string): string {
  const line = command.replace(/\s+/g, ' ');
  return line.length <= MAX_COMMAND ? line : `${line.slice(0, MAX_COMMAND - 1)}…`;
}

/** The local time of day; with the day, when it is not today's. */
function timeOf({ now }: PortFacts, iso: string): string {
  const at = new Date(iso);
  const two = (n: number): string => String(n).padStart(2, '0');
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  if (at.toDateString() === new Date(now).toDateString()) return time;
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`;
}
