// Owns `styxy check`: whether a port is free, who holds it, and what to do.

import type { CheckAnswer, LeaseJson } from '../../api/schemas.ts';
import { usageName } from '../../api/usage-name.ts';
import { expectOk } from '../../client/client.ts';
import { type Command, parseInteger } from '../command.ts';
import { query, reach } from '../reach.ts';
import { visible } from '../visible.ts';
import { print, printJson } from '../write.ts';

const TAKEN_STATUS = 1;

export const checkCommand: Command = {
  name: 'check',
  summary: 'Say who holds a port, and what to do',
  usage: ['check PORT [--udp]'],
  arguments: [{ name: 'PORT', description: 'a port from 1 to 65535' }],
  options: { udp: { kind: 'flag', description: 'The UDP port' } },
  examples: [{ line: 'styxy check 3000', description: 'Who has port 3000?' }],
  exits: { 0: 'the port is free', 1: 'the port is taken, or the request was refused' },
  async run(invocation) {
    const port = parseInteger(invocation.words[0] ?? '', 'PORT', 1, 65_535);
    const client = await reach(invocation);
    const path = `/check/${port}${query({ protocol: invocation.has('udp') ? 'udp' : null })}`;
    const answer = expectOk(await client.request<CheckAnswer>('GET', path));
    client.close();
    if (invocation.isJson) printJson(answer);
    else print(visible(explain(answer)));
    return answer.available ? 0 : TAKEN_STATUS;
  },
};

/** Two sentences: who holds the port, and what to do. */
function explain(answer: CheckAnswer): string {
  const { allocated_to: lease, suggestion } = answer;
  if (lease === null) return suggestion;
  // Of a leased port more is known here than the first half of the suggestion says.
  const remedy = suggestion.slice(suggestion.indexOf('; ') + 1).trim();
  return `${holderSentence(answer, lease)} ${remedy.charAt(0).toUpperCase()}${remedy.slice(1)}`;
}

function holderSentence({ port, protocol, system_usage: usage }: CheckAnswer, lease: LeaseJson): string {
  const named = `${protocol === 'udp' ? 'UDP port' : 'Port'} ${port}`;
  const holder = `the lease of ${leaseName(lease)}, since ${timeOf(lease.allocated_at)}`;
  if (usage === null && lease.drift.length > 0)
    return `${named} is held by ${holder}; its program listens on ${lease.drift.join(', ')} instead.`;
  if (usage === null) return `${named} is held by ${holder}; nobody listens there now.`;
  const listener = usageName(usage);
  if (lease.state === 'hijacked') return `${named} belongs to ${holder}, but ${listener} listens there.`;
  return `${named} is held by ${listener}, ${holder}.`;
}

function leaseName(lease: LeaseJson): string {
  const name = lease.service_name ?? lease.service_type;
  const place = lease.project_path ?? (lease.instance_id === null ? null : `instance ${lease.instance_id}`);
  return place === null ? name : `${name} in ${place}`;
}

/** The local time of day; with the day, when it was not today. */
function timeOf(iso: string): string {
  const at = new Date(iso);
  const two = (n: number): string => String(n).padStart(2, '0');
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  if (at.toDateString() === new Date().toDateString()) return time;
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`;
}
