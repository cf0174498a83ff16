// Owns the question whose servers a command would end: its targets against what the machine shows.

import type { KillTarget, TextPattern } from './kill-target.ts';
import type { KillHit, LeaseFact, MachineFacts, ProcessFact } from './machine-facts.ts';
import type { Kill } from './pre-tool.ts';
import { type Matcher, matcherOf } from './text-pattern.ts';

/** The system cuts the names of programs to so many characters. */
const NAME_LENGTH = 15;

/** The leases of others that these would reach, each once. */
export function findHits(kills: readonly Kill[], { leases, processes }: MachineFacts): KillHit[] {
  const foreign = leases.filter(({ isOwn, isActive }) => !isOwn && isActive);
  const hits = new Map<string, KillHit>();
  for (const { text, target } of kills) {
    for (const lease of foreign) {
      if (hits.has(lease.lockId)) continue;
      const own = processes.filter(({ pid }) => lease.pids.includes(pid));
      const pid = reached(target, lease, own);
      if (pid !== undefined) hits.set(lease.lockId, { lease, text, pid });
    }
  }
  return [...hits.values()];
}

/** The process of a lease that a target means, null where it is not known; undefined where none is meant. */
function reached(
  target: KillTarget,
  lease: LeaseFact,
  own: readonly ProcessFact[],
): number | null | undefined {
  switch (target.kind) {
    case 'everything':
      return lease.pids[0] ?? null;
    case 'pid':
      return lease.pids.includes(target.pid) ? target.pid : undefined;
    case 'group':
      return own.find(({ pid, group }) => group === target.pid || pid === target.pid)?.pid;
    case 'children':
      return own.find(({ parent }) => parent === target.pid)?.pid;
    case 'ports': {
      const { first, last, protocol } = target;
      const isMeant = protocol === null || protocol === lease.protocol;
      const isOnPort = lease.ports.some((port) => port >= first && port <= last);
      return isMeant && isOnPort ? (lease.pids.at(-1) ?? null) : undefined;
    }
    case 'pattern':
      return matching(target, own)?.pid;
  }
}

type PatternTarget = Extract<KillTarget, { readonly kind: 'pattern' }>;

function matching(
  { looksAt, all, none }: PatternTarget,
  own: readonly ProcessFact[],
): ProcessFact | undefined {
  const wanted = matchersOf(all);
  const unwanted = matchersOf(none);
  // Of an expression that cannot be read nothing is known.
  if (wanted === null || unwanted === null) return undefined;
  return own.find(({ name, command }) => {
    const texts = looksAt === 'name' ? namesOf(name, command) : [command];
    return texts.some(
      (text) => wanted.every((matches) => matches(text)) && !unwanted.some((matches) => matches(text)),
    );
  });
}

function matchersOf(patterns: readonly TextPattern[]): Matcher[] | null {
  const matchers = patterns.map(matcherOf);
  const known = matchers.filter((matcher) => matcher !== null);
  return known.length === matchers.length ? known : null;
}

/** `killall` compares the whole name, which the system may have cut. */
function namesOf(name: string, command: string): string[] {
  if (name.length < NAME_LENGTH) return [name];
  const program = command.split(' ')[0] ?? '';
  const whole = program.slice(program.lastIndexOf('/') + 1);
  return whole.startsWith(name) ? [name, whole] : [name];
}
