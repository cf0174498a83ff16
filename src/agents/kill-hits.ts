// Owns the question whose servers a command would end: its targets against what the machine shows.

import type { KillTarget, TextPattern } from './kill-target.ts';
import type { KillHit, LeaseFact, MachineFacts, ProcessFact } from './machine-facts.ts';
import type { Kill } from './pre-tool.ts';
import { type Matcher, matcherOf } from './text-pattern.ts';

/** A lease of somebody else, with those of its processes of which more than the pid is known. */
interface Foreign {
  readonly lease: LeaseFact;
  readonly own: readonly ProcessFact[];
}

/** The leases of others that these would reach, each once. */
export function findHits(kills: readonly Kill[], machine: MachineFacts): KillHit[] {
  if (kills.length === 0) return [];
  const { leases, processes } = machine;
  const known = new Map(processes.map((process) => [process.pid, process]));
  const foreign = leases
    .filter(({ isOwn, isActive, isHeld }) => !isOwn && (isActive || isHeld))
    .map((lease): Foreign => ({ lease, own: lease.pids.flatMap((pid) => known.get(pid) ?? []) }));
  const hits = new Map<string, KillHit>();
  for (const { text, target } of kills) {
    const reaches = reachOf(target, machine);
    for (const each of foreign) {
      if (hits.has(each.lease.lockId)) continue;
      const pid = reaches(each);
      if (pid !== undefined) hits.set(each.lease.lockId, { lease: each.lease, text, pid });
    }
  }
  return [...hits.values()];
}

/** The process of a lease that a target means, null where it is not known; undefined where none is meant. */
type Reach = (foreign: Foreign) => number | null | undefined;

function reachOf(target: KillTarget, machine: MachineFacts): Reach {
  switch (target.kind) {
    case 'everything':
      return ({ lease }) => lease.pids[0] ?? null;
    case 'pid':
      return ({ lease }) => (lease.pids.includes(target.pid) ? target.pid : undefined);
    case 'group':
      return ({ own }) => own.find(({ pid, group }) => group === target.pid || pid === target.pid)?.pid;
    case 'children':
      return ({ own }) => own.find(({ parent }) => parent === target.pid)?.pid;
    case 'related':
      return reachOfRelated(target.how, target.to, machine);
    case 'container': {
      const isMeant = target.name === null ? () => true : matcherOf(target.name);
      if (isMeant === null) return () => undefined;
      return ({ lease }) => (lease.containers.some(isMeant) ? null : undefined);
    }
    case 'ports': {
      const isMeant = (protocol: string, port: number): boolean =>
        (target.protocol ?? protocol) === protocol && port >= target.first && port <= target.last;
      // A server may listen on another port than its own.
      const pids = machine.listeners.flatMap(({ protocol, port, pid }) =>
        isMeant(protocol, port) ? [pid] : [],
      );
      return ({ lease }) => {
        const listening = lease.pids.find((pid) => pids.includes(pid));
        if (listening !== undefined) return listening;
        // Where nobody listens yet, nobody is found by the port.
        return lease.isActive && lease.ports.some((port) => isMeant(lease.protocol, port)) ? null : undefined;
      };
    }
    case 'pattern': {
      const matches = matcherOfProcess(target);
      return ({ own }) => own.find(matches)?.pid;
    }
  }
}

/** The processes that others lead to, whosever those are. */
function reachOfRelated(
  how: Extract<KillTarget, { readonly kind: 'related' }>['how'],
  to: KillTarget,
  machine: MachineFacts,
): Reach {
  const reaches = reachOf(to, machine);
  const known = new Map(machine.processes.map((process) => [process.pid, process]));
  const pids = machine.leases.flatMap((lease) => {
    const own = lease.pids.flatMap((pid) => known.get(pid) ?? []);
    return reaches({ lease, own }) ?? [];
  });
  const met = pids.flatMap((pid) => known.get(pid) ?? []);
  switch (how) {
    case 'group':
      return ({ own }) =>
        own.find(({ group }) => group !== null && met.some((each) => each.group === group))?.pid;
    case 'parent':
      return ({ own }) => own.find(({ pid }) => met.some(({ parent }) => parent === pid))?.pid;
    case 'children':
      return ({ own }) => own.find(({ parent }) => parent !== null && pids.includes(parent))?.pid;
  }
}

type PatternTarget = Extract<KillTarget, { readonly kind: 'pattern' }>;

function matcherOfProcess({ looksAt, all, none }: PatternTarget): (process: ProcessFact) => boolean {
  const wanted = matchersOf(all);
  const unwanted = matchersOf(none);
  // Of an expression that cannot be read nothing is known.
  if (wanted === null || unwanted === null) return () => false;
  return ({ name, command }) => {
    const texts = looksAt === 'name' ? namesOf(name, command) : [command];
    return texts.some(
      (text) => wanted.every((matches) => matches(text)) && !unwanted.some((matches) => matches(text)),
    );
  };
}

function matchersOf(patterns: readonly TextPattern[]): Matcher[] | null {
  const matchers = patterns.map(matcherOf);
  const known = matchers.filter((matcher) => matcher !== null);
  return known.length === matchers.length ? known : null;
}

/**
 * The name that the system has, and that of the program: the system's may be cut, and is that of a thread in some
 * (`MainThread` of Node 24), and which of them counts differs from one `killall` to the next.
 */
function namesOf(name: string, command: string): string[] {
  const program = command.split(' ')[0] ?? '';
  const whole = program.slice(program.lastIndexOf('/') + 1);
  return whole === '' || whole === name ? [name] : [name, whole];
}
