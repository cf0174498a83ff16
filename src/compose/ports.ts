// Owns the reading of a service's `ports`, in the short and in the long form.

export interface PublishedPort {
  /** The entry in its long form, with everything that it says. */
  readonly entry: Readonly<Record<string, unknown>>;
  /** The first port of the host. */
  readonly start: number;
  /** How many ports of the host, one after the other. */
  readonly count: number;
  readonly protocol: 'tcp' | 'udp';
  /** The port in the container; of several, the first. */
  readonly target: number;
}

/** An entry of `ports`: one that publishes on ports of the host that it names, or any other, which stays as it is. */
export type PortEntry =
  | { readonly kind: 'published'; readonly ports: readonly PublishedPort[] }
  /** `reason` where it may well publish a port, but is not understood. */
  | { readonly kind: 'left'; readonly entry: unknown; readonly reason: string | null };

const HIGHEST = 65_535;

/**
 * [[IP:]HOST:]CONTAINER[/PROTOCOL], where HOST and CONTAINER may be ranges and HOST may be empty. Compose 1 prints an IPv6
 * address without its brackets.
 */
const SHORT =
  /^(?:(?:(?<ip>\[[0-9a-fA-F:.%]+\]|(?:[0-9a-fA-F]{0,4}:){2,}[0-9a-fA-F.]*|[0-9]{1,3}(?:\.[0-9]{1,3}){3}|localhost):)?(?<host>[0-9]*(?:-[0-9]+)?):)?(?<target>[0-9]+(?:-[0-9]+)?)(?:\/(?<protocol>[a-z]+))?$/;

/** @param entry as it stands in a file, with its variables filled in */
export function readPort(entry: unknown): PortEntry {
  if (typeof entry === 'number') return left(entry);
  if (typeof entry === 'string') return readShort(entry);
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
    return left(entry, `${JSON.stringify(entry)} is no port`);
  return readLong({ ...entry });
}

function left(entry: unknown, reason: string | null = null): PortEntry {
  return { kind: 'left', entry, reason };
}

function readShort(text: string): PortEntry {
  const groups = SHORT.exec(text)?.groups;
  if (groups === undefined) return left(text, `${JSON.stringify(text)} is not understood`);
  const { ip, host = '', target = '', protocol = 'tcp' } = groups;
  if (host === '') return left(text);
  const hosts = rangeOf(host);
  const targets = rangeOf(target);
  if (hosts === null || targets === null || (protocol !== 'tcp' && protocol !== 'udp'))
    return left(text, `${JSON.stringify(text)} is not understood`);
  const address = ip === undefined ? {} : { host_ip: ip.replace(/^\[|\]$/g, '') };
  const entryOf = (to: number, published: string): Record<string, unknown> => ({
    ...address,
    target: to,
    published,
    protocol,
  });
  if (targets.count === 1) {
    const { start, count } = hosts;
    const entry = entryOf(targets.start, spelled(start, count));
    return { kind: 'published', ports: [{ entry, start, count, protocol, target: targets.start }] };
  }
  if (targets.count !== hosts.count) return left(text, `${JSON.stringify(text)} has ranges of two lengths`);
  const ports = Array.from({ length: hosts.count }, (_, index) => {
    const [start, to] = [hosts.start + index, targets.start + index];
    return { entry: entryOf(to, String(start)), start, count: 1, protocol, target: to } as const;
  });
  return { kind: 'published', ports };
}

function readLong(entry: Record<string, unknown>): PortEntry {
  const { published, target, protocol = 'tcp' } = entry;
  if (published === undefined || published === null || published === '') return left(entry);
  const hosts = rangeOf(String(published));
  const to = rangeOf(String(target));
  if (hosts === null || to === null || to.count !== 1 || (protocol !== 'tcp' && protocol !== 'udp')) {
    // Zero asks for any port.
    return left(entry, String(published) === '0' ? null : `${JSON.stringify(entry)} is not understood`);
  }
  return { kind: 'published', ports: [{ entry, ...hosts, protocol, target: to.start }] };
}

function rangeOf(text: string): { readonly start: number; readonly count: number } | null {
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const [start, end] = [Number(first), Number(last)];
  if (first === undefined || start < 1 || end > HIGHEST || end < start) return null;
  return { start, count: end - start + 1 };
}

/** Ports as Compose has them: `3000`, `3000-3004`. */
export function spelled(start: number, count: number): string {
  return count === 1 ? String(start) : `${start}-${start + count - 1}`;
}
