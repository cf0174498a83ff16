// Owns the short form of commands and answers in a history that people read.

import type { AllocateRequest, Command } from '../../src/core/command.ts';
import type { LeaseSnapshot } from '../../src/core/reply.ts';
import type { Answer } from './call.ts';

export function briefCommand(command: Command): string {
  switch (command.kind) {
    case 'allocate':
      return `allocate ${briefRequest(command.request)}${command.requestId === null ? '' : ` id ${command.requestId}`}`;
    case 'batch':
      return `batch ${command.allocations.map(({ request }) => briefRequest(request)).join(' | ')}`;
    default:
      return Object.entries(command)
        .filter(([, value]) => value !== null && typeof value !== 'object')
        .map(([name, value]) => (name === 'kind' ? value : `${name} ${value}`))
        .join(' ');
  }
}

export function briefAnswer(answer: Answer<unknown>): string {
  if (answer.kind === 'lost') return 'lost';
  if (answer.kind === 'fault') return `fault ${answer.error.code}`;
  const { outcome } = answer;
  if (!outcome.ok) return `refused ${outcome.refusal.code}: ${outcome.refusal.detail}`;
  return Object.entries(outcome.reply ?? {})
    .map(([name, value]) => `${name} ${isSnapshot(value) ? briefLease(value) : JSON.stringify(value)}`)
    .join(', ')
    .slice(0, 400);
}

function briefRequest(r: AllocateRequest): string {
  const parts = [
    `${r.serviceType}/${r.serviceName ?? '-'} ${r.protocol} x${r.count}`,
    r.preferredPort === null ? '' : `wish ${r.preferredPort}${r.exact ? ' exactly' : ''}`,
    r.projectPath ?? '',
    r.instanceId === null ? '' : `as ${r.instanceId}`,
    r.pid === null ? '' : `pid ${r.pid}${briefIdentity(r.process?.pidNamespace ?? null)}`,
    r.ttlMs === null ? '' : `ttl ${r.ttlMs / 1000}`,
    r.fresh ? 'new' : '',
    r.linkedWorktree ? 'linked' : '',
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function briefIdentity(pidNamespace: string | null): string {
  if (pidNamespace === null) return ' unidentified';
  return pidNamespace === 'ours' ? '' : ' foreign';
}

function briefLease({ lease, vitals, remainingMs }: LeaseSnapshot): string {
  const life = `${vitals.state} process ${vitals.process} holds ${vitals.holds}${vitals.orphan ? ' orphan' : ''}`;
  return `${lease.lockId} on ${lease.protocol} ${lease.port}+${lease.count} fence ${lease.fence} ${life} remaining ${remainingMs}`;
}

function isSnapshot(value: unknown): value is LeaseSnapshot {
  return typeof value === 'object' && value !== null && 'lease' in value && 'vitals' in value;
}
