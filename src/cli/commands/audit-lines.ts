// Owns how people read an event: when, what, which port, and a sentence about it.

import type { AuditEventJson } from '../../api/schemas-audit.ts';
import type { SeenEvent } from '../../api/schemas-events.ts';
import { shortPath } from '../paths.ts';
import { dim, red } from '../style.ts';
import { terminalWidth, wrap } from '../terminal.ts';
import { visible } from '../visible.ts';

/** The longest name of an event. They are shown as `--event` wants them. */
const EVENT_WIDTH = 'instance_registered'.length;
const PORT_WIDTH = 5;
/** Narrower than this, a sentence is not broken any further. */
const LEAST_WIDTH = 24;

/** What the words mean that stand for a reason. */
const REASONS: Readonly<Record<string, string>> = {
  'term-over': 'its term was over',
  'holder-dead': 'its holder was dead, and nobody listened',
  'hold-closed': 'the command that held it was gone',
  'instance-ended': 'its instance was over',
  'listener-gone': 'its server went away, and nobody held it',
  forced: 'nobody listened, and it was forced',
  'released-by-force': 'although another one used it',
  'instance-retired': 'its instance was retired',
  'range-undone': 'its range was taken back',
  replaced: 'a stranger had its port, and it got another',
  'process-gone': 'its process was dead',
  'config-changed': 'by a new configuration',
  silent: 'silent for a long time',
};

const DEEDS: Readonly<Record<string, string>> = {
  instance_registered: 'registered',
  instance_updated: 'brought up to date',
  instance_ended: 'ended',
  range_made: 'got its range',
  range_moved: 'has another range',
  range_undone: 'has no range any more',
  config_changed: 'changed',
};

/** What the state says in which a lease was seen. */
const SIGHTS: Readonly<Record<SeenEvent['state'], string>> = {
  reserved: 'nobody listens there yet',
  active: 'its server listens',
  idle: 'its server listens no more',
  hijacked: 'a stranger listens there: ask again for another port',
};

/** The lines of one event; on a terminal as wide as it is, else one line. */
export function eventLines(event: AuditEventJson, nowMs: number = Date.now()): string[] {
  const isBad = event.event === 'hijacked' || event.event === 'conflict';
  return linesOf(event, event.event, sentenceOf(event), isBad, nowMs);
}

/** The lines of what was seen of a lease. */
export function seenLines(event: SeenEvent, nowMs: number = Date.now()): string[] {
  const { state, drift } = event;
  const elsewhere = drift.length === 0 ? '' : `; its program listens on ${drift.join(', ')}`;
  const sentence = `${aboutOf(event)}; ${SIGHTS[state]}${elsewhere}`;
  return linesOf(event, state, sentence, state === 'hijacked', nowMs);
}

function linesOf(
  event: AuditEventJson | SeenEvent,
  word: string,
  sentenceText: string,
  isBad: boolean,
  nowMs: number,
): string[] {
  const when = timeText(new Date(event.at), new Date(nowMs));
  const what = word.padEnd(EVENT_WIDTH);
  const head = `${when}  ${what}  ${portText(event).padStart(PORT_WIDTH)}  `;
  const room = terminalWidth();
  const sentence = visible(sentenceText);
  const [first = '', ...rest] =
    room === null ? [sentence] : wrap(sentence, Math.max(LEAST_WIDTH, room - head.length));
  const indent = ' '.repeat(head.length);
  const shown = isBad ? head.replace(what, red(what)) : head;
  return [shown + first, ...rest.map((line) => indent + line)];
}

/** The time of day; the day too where it is not today's. */
function timeText(at: Date, now: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  const day = `${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return at.toDateString() === now.toDateString() ? `      ${time}` : `${day} ${time}`;
}

function portText({ port, last_port: last, protocol }: AuditEventJson | SeenEvent): string {
  if (port === null) return '-';
  const ports = last === null || last === port ? String(port) : `${port}-${last}`;
  return protocol === 'udp' ? `${ports}/udp` : ports;
}

function sentenceOf(event: AuditEventJson): string {
  const parts = [aboutOf(event), reasonOf(event), actorOf(event)].filter((part) => part !== '');
  return parts.join('; ');
}

function aboutOf(event: AuditEventJson | SeenEvent): string {
  const { service_type: type, service_name: name, project_path: path, instance_id: instance } = event;
  const deed = DEEDS[event.event];
  if (event.event.startsWith('instance_'))
    return `${instance ?? '-'} ${deed}${path === null ? '' : ` in ${shortPath(path)}`}`;
  if (deed !== undefined) return type === null ? deed : `${type} ${deed}`;
  const service = name === null || name === type ? (type ?? '') : `${name} (${type})`;
  const owner = path === null ? (instance === null ? '' : `instance ${instance}`) : shortPath(path);
  if (event.event === 'conflict') return `wanted for ${service}`;
  return owner === '' ? service : `${service} of ${owner}`;
}

function reasonOf({ event, reason }: AuditEventJson): string {
  if (reason === null || (event === 'released' && reason === 'released')) return '';
  return REASONS[reason] ?? reason;
}

function actorOf({ actor, instance_id: holder }: AuditEventJson): string {
  const { command, pid, instance_id: instance } = actor;
  if (command === 'daemon') return '';
  const details = [
    ...(pid === null ? [] : [`pid ${pid}`]),
    ...(instance === null || instance === holder ? [] : [`instance ${instance}`]),
  ].join(', ');
  if (command === null) return details === '' ? '' : `by ${details}`;
  return details === '' ? `by ${command}` : `by ${command} (${details})`;
}

/** The counts as lines, the largest first but days as they came. */
export function countLines(
  title: string,
  counts: Readonly<Record<string, number>>,
  isByName: boolean,
): string[] {
  const all = Object.entries(counts);
  if (!isByName) all.sort(([, a], [, b]) => b - a);
  const width = Math.max(0, ...all.map(([, count]) => String(count).length));
  return [dim(title), ...all.map(([name, count]) => `  ${String(count).padStart(width)}  ${visible(name)}`)];
}
