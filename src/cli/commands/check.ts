// Owns `styxy check`: whether a port is free, who holds it, and what to do.

import type { CheckAnswer, LeaseJson } from '../../api/schemas.ts';
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
    else print(visible(`${holderSentence(answer)} ${answer.suggestion}`));
    return answer.available ? 0 : TAKEN_STATUS;
  },
};

function holderSentence(answer: CheckAnswer): string {
  const port = `${answer.protocol === 'udp' ? 'UDP port' : 'Port'} ${answer.port}`;
  const { allocated_to: lease, system_usage: usage } = answer;
  if (answer.available) {
    const type = answer.service_type === null ? '' : ` (range of ${answer.service_type})`;
    return `${port} is free${type}.`;
  }
  const listener =
    usage === null
      ? null
      : `${usage.process ?? 'a program that cannot be named'}${usage.pid === null ? '' : ` (pid ${usage.pid})`}`;
  if (lease === null)
    return `${port} is held by ${listener ?? 'a program that cannot be named'}, without a lease.`;
  const holder = `the lease of ${leaseName(lease)}, since ${timeOf(lease.allocated_at)}`;
  if (lease.state === 'hijacked')
    return `${port} belongs to ${holder}, but ${listener ?? 'a stranger'} listens there.`;
  return listener === null
    ? `${port} is held by ${holder}; nobody listens there now.`
    : `${port} is held by ${listener}, ${holder}.`;
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
