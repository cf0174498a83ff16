// Owns the reading of compose files where no Compose is there to ask: what is not certain is left alone, and said.

import { interpolated } from './interpolation.ts';
import { type ComposeModel, type ComposeService, doubtsOf, recordOf, serviceOf } from './model.ts';

/** What of a project is read. */
export interface OwnReading {
  /** The files' texts, in the order in which they are merged. */
  readonly texts: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  /** The profiles that are asked for. */
  readonly profiles: readonly string[];
  /** The services that are asked for; none: all that no profile keeps back. */
  readonly services: readonly string[];
  readonly isWithoutOthers: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the services of a project from its files.
 *
 * @returns null where a text is no YAML, or has no services
 */
export async function readOwn({ texts, ...asked }: OwnReading): Promise<ComposeModel | null> {
  const { parseDocument, isNode } = await import('yaml');
  const unsure: string[] = [];
  const merged = new Map<string, Record<string, unknown>>();
  for (const text of texts) {
    const document = parseDocument(text, { merge: true, logLevel: 'silent' });
    if (document.errors.length > 0) return null;
    const file = contentOf(document);
    if (file.include !== undefined)
      unsure.push('what `include` brings is not read without Compose, so it stays');
    const tagOf = (...path: readonly string[]): string | undefined => {
      const node = document.getIn(['services', ...path], true);
      return isNode(node) ? node.tag : undefined;
    };
    for (const [name, service] of Object.entries(recordOf(file.services)))
      merged.set(
        name,
        mergedService(merged.get(name) ?? {}, recordOf(service), (key) => tagOf(name, key)),
      );
  }
  if (merged.size === 0) return null;
  const services: ComposeService[] = [];
  for (const [name, service] of selected(merged, asked)) {
    if (service.extends !== undefined) {
      unsure.push(`${name}: what it \`extends\` is not read without Compose, so its ports stay`);
      continue;
    }
    services.push(serviceOf(name, filled(service, asked.variables)));
  }
  return { services, unsure: [...unsure, ...services.flatMap(doubtsOf)] };
}

/** A document that refers to itself without end has none. */
function contentOf(document: { toJS(): unknown }): Fields {
  try {
    return recordOf(document.toJS());
  } catch {
    return {};
  }
}

/**
 * A service of a later file over the same of the files before: lists are added to, unless a tag says that they take the
 * other's place (https://docs.docker.com/reference/compose-file/merge/).
 */
function mergedService(
  before: Fields,
  later: Fields,
  tagOf: (key: string) => string | undefined,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...before };
  for (const [key, value] of Object.entries(later)) {
    const former = merged[key];
    const tag = tagOf(key);
    if (tag === '!reset') delete merged[key];
    else if (tag !== '!override' && Array.isArray(value) && Array.isArray(former))
      merged[key] = unique([...former, ...value]);
    else merged[key] = value;
  }
  return merged;
}

function unique(list: readonly unknown[]): unknown[] {
  return [...new Map(list.map((each) => [JSON.stringify(each), each])).values()];
}

/** The services that Compose would start. */
function selected(
  services: ReadonlyMap<string, Fields>,
  { profiles, services: named, isWithoutOthers, variables }: Omit<OwnReading, 'texts'>,
): [string, Fields][] {
  const listed = (variables.COMPOSE_PROFILES ?? '').split(',').map((each) => each.trim());
  const active = profiles.length > 0 ? profiles : listed;
  const isActive = (service: Fields): boolean => {
    const own = listOf(service.profiles);
    return own.length === 0 || active.includes('*') || own.some((each) => active.includes(each));
  };
  if (named.length === 0) return [...services].filter(([, service]) => isActive(service));
  const wanted = new Set<string>();
  const want = (name: string): void => {
    const service = services.get(name);
    if (service === undefined || wanted.has(name)) return;
    wanted.add(name);
    if (!isWithoutOthers) for (const other of dependenciesOf(service)) want(other);
  };
  for (const name of named) want(name);
  return [...services].filter(([name]) => wanted.has(name));
}

function dependenciesOf({ depends_on: others, links }: Fields): string[] {
  const names = Array.isArray(others) ? listOf(others) : Object.keys(recordOf(others));
  return [...names, ...listOf(links).map((link) => link.split(':')[0] ?? '')];
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

/** The fields that are looked at, with their variables filled in; a text that is not certain stays as it is. */
function filled(
  { image, container_name: container, ports, network_mode: network }: Fields,
  variables: Readonly<Record<string, string>>,
): Fields {
  const fill = (value: unknown): unknown =>
    typeof value === 'string' ? (interpolated(value, variables) ?? value) : value;
  const list = Array.isArray(ports) ? ports : [];
  return {
    image: fill(image),
    container_name: fill(container),
    network_mode: fill(network),
    ports: list.map((port) =>
      typeof port === 'object' && port !== null
        ? Object.fromEntries(Object.entries(port).map(([key, value]) => [key, fill(value)]))
        : fill(port),
    ),
  };
}
