// Owns the words for why a lease goes or stays at a clean-up.

import type { CleanupAnswer } from '../../api/schemas-cleanup.ts';
import type { OrphanVerdict } from '../../run/orphans.ts';
import { durationText } from '../duration.ts';

/** A lease with the reason why it goes or stays. */
export type Judged = CleanupAnswer['cleaned'][number];

type Words = (lease: Judged, nowMs: number) => string;

const REASONS: Readonly<Record<string, Words>> = {
  'term-over': () => 'its term was over',
  'holder-dead': (lease) => `its holder${pidOf(lease)} is dead, and nobody listens`,
  'hold-closed': () => 'the command that held it is gone, and nobody listens',
  'instance-ended': (lease) => `its instance ${lease.instance_id} is over`,
  'listener-gone': () => 'its server went away, and nobody holds it',
  forced: () => 'nobody listens, and --force was given',
  listens: () => 'its server listens',
  'orphan-listens': () => 'its server listens, though its holder is gone; --orphans ends it',
  held: () => 'a running command holds it',
  'holder-lives': (lease) => `its holder${pidOf(lease)} lives`,
  'holder-unknown': (lease) => `its holder${pidOf(lease)} cannot be seen from here, and may live`,
  'instance-lives': (lease, nowMs) => `its instance ${lease.instance_id} lives${termOf(lease, nowMs)}`,
  'listener-unknown': (lease, nowMs) => `the system does not say who listens there${termOf(lease, nowMs)}`,
  'stranger-listens': (lease, nowMs) => `a stranger listens there${termOf(lease, nowMs)}`,
  'term-runs': (lease, nowMs) => `its term runs for ${leftOf(lease, nowMs)} more; --force ends it`,
};

/** @param nowMs wall clock in epoch ms */
export function reasonText(lease: Judged, nowMs: number = Date.now()): string {
  return REASONS[lease.reason]?.(lease, nowMs) ?? lease.reason;
}

/** What became of a server whose holder is gone. */
export function orphanText({ verdict, pid, processes }: OrphanVerdict): string {
  const all = `${processes.length === 1 ? 'process' : 'processes'} ${processes.join(', ')}`;
  switch (verdict) {
    case 'ended':
      return `its holder is gone, and its server was ended (${all})`;
    case 'would-end':
      return `its holder is gone, and its server would be ended (${all})`;
    case 'stuck':
      return `its holder is gone, and its server could not be ended (${all})`;
    case 'left':
      return pid === null
        ? 'its holder is gone, and the system does not say who listens'
        : `its holder is gone, and nothing proves that process ${pid} is its server; end it yourself if it is`;
  }
}

function pidOf({ pid }: Judged): string {
  return pid === null ? '' : ` (pid ${pid})`;
}

function termOf(lease: Judged, nowMs: number): string {
  return lease.expires_at === null ? '' : `; its term ends in ${leftOf(lease, nowMs)}`;
}

function leftOf({ expires_at: end }: Judged, nowMs: number): string {
  return end === null ? 'a while' : durationText((Date.parse(end) - nowMs) / 1000);
}
