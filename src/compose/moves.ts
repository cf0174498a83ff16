// Owns the question which ports of a project have to move, and what is asked for each: one lease for every published port.

import type { ComposeModel, ComposeService } from './model.ts';
import type { PublishedPort } from './ports.ts';
import { typeOfService } from './service-type.ts';

/** A port that is to be published on a leased one, or several that only stand together. */
export interface Move {
  readonly service: string;
  /** What the lease is called. */
  readonly name: string;
  /** Null where nothing but the port itself says which. */
  readonly serviceType: string | null;
  readonly protocol: 'tcp' | 'udp';
  /** The first port of the host that the file names, and how many there are. */
  readonly start: number;
  readonly count: number;
  readonly target: number;
}

/** So many ports a lease may have; of a longer range nothing is moved. */
export const MAX_COUNT = 32;

export interface Moves {
  readonly moves: readonly Move[];
  /** What stays, in sentences. */
  readonly kept: readonly string[];
}

export function movesOf({ services }: Pick<ComposeModel, 'services'>): Moves {
  const kept: string[] = [];
  const moves = services.flatMap((service) => {
    const ports = publishedOf(service);
    const short = ports.filter(({ count }) => count <= MAX_COUNT);
    for (const { start, count } of ports.filter((port) => port.count > MAX_COUNT))
      kept.push(
        `${service.name}: ${start}-${start + count - 1} are more than ${MAX_COUNT} ports, so they stay`,
      );
    return named(service, short);
  });
  return { moves, kept };
}

/** The published ports of a service, each once: the same port on two addresses is one. */
export function publishedOf({ ports }: ComposeService): PublishedPort[] {
  const all = ports.flatMap((port) => (port.kind === 'published' ? port.ports : []));
  return [...new Map(all.map((port) => [keyOf(port), port])).values()];
}

/** By what an entry of `ports` is known to be the one of a move. */
export function keyOf({
  protocol,
  start,
  count,
}: Pick<PublishedPort, 'protocol' | 'start' | 'count'>): string {
  return `${protocol} ${start} ${count}`;
}

/** The service's own name for its only port; of several each has its port in the container besides. */
function named({ name, image }: ComposeService, ports: readonly PublishedPort[]): Move[] {
  const names = new Set<string>();
  return ports.map((port): Move => {
    const { start, count, protocol, target } = port;
    const first = ports.length === 1 ? name : `${name}-${target}`;
    // The same port of the container on two of the host. TCP and UDP are leased apart, by one name.
    const own = names.has(`${protocol} ${first}`) ? `${first}-${start}` : first;
    names.add(`${protocol} ${own}`);
    return {
      service: name,
      name: own,
      serviceType: typeOfService(image, target),
      protocol,
      start,
      count,
      target,
    };
  });
}
