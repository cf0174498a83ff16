// Owns what is said of an event, and how much it matters.

import type { ShownEvent } from './state.ts';
import { baseName, plain } from './words.ts';

export type Weight = 'good' | 'plain' | 'bad';

export interface EventWords {
  /** Such as `granted`, or `now idle`. */
  readonly what: string;
  /** Such as `3000 web (dev)`. */
  readonly subject: string;
  /** Where and why. */
  readonly rest: string;
  readonly weight: Weight;
}

const BAD: ReadonlySet<string> = new Set(['hijacked', 'conflict', 'reclaimed', 'repaired', 'recovered']);
const GOOD: ReadonlySet<string> = new Set(['granted', 'instance_registered', 'range_made']);

/** Whether an event belongs to the conflicts. */
export function isConflict(event: ShownEvent): boolean {
  return ['hijacked', 'conflict', 'reclaimed'].includes(event.event) || isHijack(event);
}

function isHijack(event: ShownEvent): boolean {
  return 'state' in event && event.state === 'hijacked';
}

export function eventWords(event: ShownEvent): EventWords {
  const { port, last_port: last, service_name: name, service_type: type } = event;
  const ports = port === null ? '' : last !== null && last !== port ? `${port}–${last}` : `${port}`;
  const service = type === null ? '' : name === null ? type : `${name} (${type})`;
  const whom = event.instance_id !== null && port === null ? event.instance_id : '';
  const rest: string[] = [];
  if (event.project_path !== null) rest.push(baseName(event.project_path));
  if ('reason' in event) {
    // A release is released by wish: once is enough.
    if (event.reason !== null && event.reason !== event.event) rest.push(plain(event.reason));
    const { command } = event.actor;
    if (command !== null) rest.push(`by ${plain(command)}`);
  }
  return {
    what: 'state' in event ? `now ${event.state}` : plain(event.event.replaceAll('_', ' ')),
    subject: plain([ports, service, whom].filter((part) => part !== '').join(' ')),
    rest: rest.join(' · '),
    weight: isHijack(event) || BAD.has(event.event) ? 'bad' : GOOD.has(event.event) ? 'good' : 'plain',
  };
}
