// Owns the override: a compose file that has the published ports of some services, moved to leased ones, and nothing else.

import type { ComposeModel, ComposeService } from './model.ts';
import { keyOf, type Move } from './moves.ts';
import { type PublishedPort, spelled } from './ports.ts';

/** The comment that it begins with, by which it is known. */
export const OVERRIDE_MARK =
  ' Written by Styxy: the published ports of these services, moved to leased ones. Do not edit.';

/** A move, and the first of its leased ports. */
export interface Moved {
  readonly move: Move;
  readonly port: number;
}

/**
 * Writes the override. `!override` has a list take the place of the former one, to which it would be added otherwise
 * (https://docs.docker.com/reference/compose-file/merge/); so all ports of a service that has one moved are in it.
 *
 * @returns null where nothing moves
 */
export async function overrideOf(
  { services }: ComposeModel,
  moved: readonly Moved[],
): Promise<string | null> {
  const { Document, isNode } = await import('yaml');
  const lists = services.flatMap((service): [string, unknown[]][] => {
    const own = new Map(
      moved.filter(({ move }) => move.service === service.name).map((each) => [keyOf(each.move), each.port]),
    );
    return own.size === 0 ? [] : [[service.name, entriesOf(service, own)]];
  });
  if (lists.length === 0) return null;
  const content = { services: Object.fromEntries(lists.map(([name, ports]) => [name, { ports }])) };
  const document = new Document(content, { aliasDuplicateObjects: false });
  for (const [name] of lists) {
    const ports = document.getIn(['services', name, 'ports'], true);
    if (isNode(ports)) ports.tag = '!override';
  }
  document.commentBefore = OVERRIDE_MARK;
  return document.toString({ lineWidth: 0 });
}

/** All ports of a service, those of `moved` on their new ones. */
function entriesOf({ ports }: ComposeService, moved: ReadonlyMap<string, number>): unknown[] {
  return ports.flatMap((port): unknown[] => {
    if (port.kind === 'left') return [port.entry];
    return port.ports.map((each) => entryOf(each, moved.get(keyOf(each))));
  });
}

function entryOf({ entry, count }: PublishedPort, port: number | undefined): unknown {
  return port === undefined ? entry : { ...entry, published: spelled(port, count) };
}

/** The ports that a service publishes by now, as `tcp 3000 1`. */
export function publishedKeys(service: ComposeService | undefined): ReadonlySet<string> {
  const ports = service?.ports ?? [];
  return new Set(ports.flatMap((port) => (port.kind === 'published' ? port.ports.map(keyOf) : [])));
}

/**
 * Whether a Compose that was given the override publishes the former ports all the same, as one does that does not
 * know `!override`: it adds to them.
 *
 * @param after what `config` says with the override
 */
export function isIgnored(after: ComposeModel, moved: readonly Moved[]): boolean {
  const services = new Map(after.services.map((service) => [service.name, publishedKeys(service)]));
  const wanted = (name: string): ReadonlySet<string> =>
    new Set(
      moved
        .filter(({ move }) => move.service === name)
        .map(({ move, port }) => keyOf({ ...move, start: port })),
    );
  return moved.some(({ move, port }) => {
    const keys = services.get(move.service);
    const isThere = keys?.has(keyOf({ ...move, start: port })) === true;
    return isThere && keys?.has(keyOf(move)) === true && !wanted(move.service).has(keyOf(move));
  });
}
