// Owns the one line about the daemon.

import type { StatusAnswer } from '../api/schemas-daemon.ts';

/** One line about the daemon. */
export function briefLine({ version, pid, port, counts, store, config }: StatusAnswer): string {
  const trouble = store.can_commit ? '' : `, STORE CANNOT COMMIT: ${store.reason ?? 'unknown reason'}`;
  const leases = `${counted(counts.leases, 'lease')} (${counts.active} active, ${counts.hijacked} hijacked)`;
  const mistaken = config.mistakes === 0 ? '' : `, config.json has ${mistakesText(config)}`;
  return `styxy ${version}, pid ${pid}, port ${port ?? '-'}, ${leases}${trouble}${mistaken}`;
}

export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

export function mistakesText({ mistakes, serving, last_good_problem: lost }: StatusAnswer['config']): string {
  const count = mistakes === 1 ? 'a mistake' : `${mistakes} mistakes`;
  const holds = `${count}, the ${serving === 'last-good' ? 'last good' : 'shipped'} configuration holds`;
  // A daemon of before does not say it.
  return typeof lost === 'string' ? `${holds} (${lost})` : holds;
}
