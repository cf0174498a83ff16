// Owns what a comparison comes to: failures and ports given twice of each peer, as a table, and whether Styxy had any.

import { median } from '../statistics.ts';
import type { Gathered } from './crowd.ts';

export interface Outcome {
  readonly peer: string;
  readonly madeFor: string;
  readonly isStyxy: boolean;
  readonly rounds: readonly Gathered[];
}

/** Servers of a round that did not answer as themselves on the port they were given. */
export function failuresOf({ fates }: Gathered): number {
  return fates.filter(({ failure }) => failure !== null).length;
}

/** Grants of a round beyond the first of each port. */
export function duplicatesOf({ fates }: Gathered): number {
  const ports = fates.flatMap(({ port }) => port ?? []);
  return ports.length - new Set(ports).size;
}

/** Whether Styxy failed somebody. The peers are measured, not judged. */
export function isStyxyAtFault(outcomes: readonly Outcome[]): boolean {
  return outcomes.some(
    ({ isStyxy, rounds }) =>
      isStyxy &&
      rounds.some((round) => failuresOf(round) > 0 || duplicatesOf(round) > 0 || round.fates.length === 0),
  );
}

/** The reasons of failures, the most frequent first. */
export function reasonsOf({ rounds }: Outcome): string {
  const counts = new Map<string, number>();
  for (const { failure } of rounds.flatMap(({ fates }) => fates))
    if (failure !== null) counts.set(failure, (counts.get(failure) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${count} × ${reason}`)
    .join(', ');
}

export function outcomeTable(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map((outcome) => {
    const { peer, madeFor, rounds } = outcome;
    const servers = rounds.reduce((sum, { fates }) => sum + fates.length, 0);
    const sum = (count: (round: Gathered) => number): number =>
      rounds.reduce((total, round) => total + count(round), 0);
    const seconds = (median(rounds.map(({ ms }) => ms)) / 1000).toFixed(1);
    return [peer, madeFor, `${seconds} s`, servers, sum(failuresOf), sum(duplicatesOf), reasonsOf(outcome)];
  });
  const head = ['', 'made for', 'time', 'servers', 'failures', 'given twice', 'failed because'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
