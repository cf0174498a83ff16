// Owns the sentences with which the daemon tells the audit what is no command of anybody: another configuration, a repair.

import type { Coordinator } from '../coordinator/contract.ts';
import { type AuditFact, NO_SUBJECT } from '../core/audit.ts';
import type { SetAside } from '../store/store.ts';
import type { Log } from './logs.ts';

/** How many paths or repairs are told one by one. */
const MAX_SHOWN = 20;
const MAX_REASON_CHARS = 500;

/** Records what the loading of the store had to set aside; nobody waits for it. */
export function noteRepairs(
  coordinator: Coordinator,
  setAside: readonly SetAside[],
  log: Pick<Log, 'error'>,
): void {
  if (setAside.length === 0) return;
  coordinator
    .submit<'record'>({ kind: 'record', facts: repairs(setAside) })
    .catch((error: unknown) => log.error({ error: String(error) }, 'a repair could not be recorded'));
}

/** @param paths what is another than before */
export function configChanged(paths: readonly string[]): AuditFact {
  const shown = paths.slice(0, MAX_SHOWN).join(', ');
  const more = paths.length > MAX_SHOWN ? ` and ${paths.length - MAX_SHOWN} more` : '';
  return { event: 'config_changed', reason: printable(shown) + more, subject: NO_SUBJECT, lease: null };
}

/** What was set aside at the start because it could not be read. */
export function repairs(setAside: readonly SetAside[]): AuditFact[] {
  const told = setAside.slice(0, MAX_SHOWN).map(({ table, id, reason }) => `${table} ${id}: ${reason}`);
  if (setAside.length > MAX_SHOWN) told.push(`${setAside.length - MAX_SHOWN} more were set aside`);
  return told.map((reason) => ({
    event: 'repaired',
    reason: printable(reason),
    subject: NO_SUBJECT,
    lease: null,
  }));
}

/** What a damaged row or a file says may be anything: nothing of it may steer a terminal, nor be unreadable itself. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029\ufffd]/gu, '?').slice(0, MAX_REASON_CHARS);
}
