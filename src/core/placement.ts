// Owns the choice of ports for a grant: asked, former, preferred, ascending, and last those remembered for others.

import { type Catalogue, forbiddenSets, type ServiceType } from './catalogue.ts';
import { portId } from './change.ts';
import type { AllocateRequest, Observed } from './command.ts';
import { leaseKey } from './lease.ts';
import { MAX_PORT, MIN_UNPRIVILEGED_PORT } from './port-range.ts';
import { firstAbsent, type PortSet } from './port-set.ts';
import type { StateView } from './state.ts';

/** How many project directories are looked at in one round before the search goes on. */
const MAX_LOOKS = 32;

export type Placement =
  | { readonly kind: 'found'; readonly port: number }
  /** Whether these directories still exist decides which port is next. */
  | { readonly kind: 'look'; readonly directories: readonly string[] }
  | { readonly kind: 'none' };

/** Whether a port may be given to somebody else than the key that remembers it. */
type Claim = 'free' | 'remembered' | 'unknown';

/**
 * Chooses the first port of a block for `request` (contract, "Choice").
 *
 * @param template the instance's template, which shifts the preferred ports; null for none
 * @param now coordinator time in ms
 * @returns `none` when the whole range, and for `exact` the one port, is not to be had
 */
export function place(
  state: StateView,
  observed: Observed,
  request: AllocateRequest,
  type: ServiceType,
  template: string | null,
  now: number,
): Placement {
  const search = new Search(state, observed, request, type, now);
  const asked = request.preferredPort;
  if (asked !== null && search.isOpen(asked)) return { kind: 'found', port: asked };
  if (request.exact) return { kind: 'none' };
  const former = search.formerPort();
  if (former !== null && search.isOpen(former)) return { kind: 'found', port: former };
  for (const port of rotated(type.preferredPorts, shiftOf(observed.catalogue, template))) {
    if (search.offer(port)) return search.result();
  }
  for (let port = search.next(type.range.start); port !== null; port = search.next(port + 1)) {
    if (search.offer(port)) return search.result();
  }
  return search.result();
}

/** One search: what is taken, and the directories whose existence it turned out to depend on. */
class Search {
  readonly #state: StateView;
  readonly #observed: Observed;
  readonly #request: AllocateRequest;
  readonly #type: ServiceType;
  readonly #now: number;
  readonly #key: string | null;
  readonly #taken: readonly PortSet[];
  readonly #looks = new Set<string>();
  #found: number | null = null;
  #lastResort: number | null = null;

  constructor(
    state: StateView,
    observed: Observed,
    request: AllocateRequest,
    type: ServiceType,
    now: number,
  ) {
    this.#state = state;
    this.#observed = observed;
    this.#request = request;
    this.#type = type;
    this.#now = now;
    this.#key = leaseKey(request);
    const { protocol } = request;
    this.#taken = [
      state.taken(protocol),
      observed.pending[protocol],
      ...forbiddenSets(observed.catalogue, protocol),
    ];
  }

  /** Where the key was before; a block of another size only where it stays within the range. */
  formerPort(): number | null {
    const memory = this.#key === null ? undefined : this.#state.keyMemory(this.#key);
    if (memory === undefined) return null;
    const isSmaller = this.#request.count <= memory.count;
    return isSmaller || this.#isInRange(memory.port) ? memory.port : null;
  }

  /** The next first port from `from` on, within the range, whose own number is in no set of taken ports. */
  next(from: number): number | null {
    return firstAbsent(from, this.#type.range.end - this.#request.count + 1, this.#taken);
  }

  /** Whether the whole block from `first` can be granted, whoever else remembers it. */
  isOpen(first: number): boolean {
    const { count, exact } = this.#request;
    if (first < MIN_UNPRIVILEGED_PORT || first + count - 1 > MAX_PORT) return false;
    for (let port = first; port < first + count; port++) {
      if (this.#taken.some((set) => set.has(port))) return false;
      if (this.#observed.busy.has(portId(this.#request.protocol, port))) return false;
      if (!exact && this.#rests(port)) return false;
    }
    return true;
  }

  /** Considers a port that nobody asked for; says whether the search is over. */
  offer(first: number): boolean {
    if (!this.#isInRange(first) || !this.isOpen(first)) return false;
    const claim = this.#claim(first);
    if (claim === 'remembered') this.#lastResort ??= first;
    if (claim === 'free' && this.#looks.size === 0) this.#found = first;
    // With a look outstanding a later free port may still be second choice: ask first.
    return claim === 'free' || this.#looks.size >= MAX_LOOKS;
  }

  result(): Placement {
    if (this.#found !== null) return { kind: 'found', port: this.#found };
    if (this.#looks.size > 0) return { kind: 'look', directories: [...this.#looks] };
    return this.#lastResort === null ? { kind: 'none' } : { kind: 'found', port: this.#lastResort };
  }

  #isInRange(first: number): boolean {
    const { start, end } = this.#type.range;
    return first >= start && first + this.#request.count - 1 <= end;
  }

  #rests(port: number): boolean {
    const quarantine = this.#state.quarantine(this.#request.protocol, port);
    if (quarantine === undefined || quarantine.until <= this.#now) return false;
    return quarantine.key === null || quarantine.key !== this.#key;
  }

  #claim(first: number): Claim {
    let claim: Claim = 'free';
    for (let port = first; port < first + this.#request.count; port++) {
      const key = this.#state.keyRemembering(this.#request.protocol, port);
      if (key === undefined || key === this.#key) continue;
      const directory = this.#state.keyMemory(key)?.projectPath ?? null;
      if (directory === null) continue;
      const exists = this.#observed.directories.get(directory);
      if (exists === true) return 'remembered';
      if (exists === undefined) {
        this.#looks.add(directory);
        claim = 'unknown';
      }
    }
    return claim;
  }
}

function shiftOf(catalogue: Catalogue, template: string | null): number {
  return template === null ? 0 : (catalogue.templates.get(template) ?? 0);
}

function rotated(ports: readonly number[], shift: number): readonly number[] {
  if (ports.length === 0) return ports;
  const at = shift % ports.length;
  return [...ports.slice(at), ...ports.slice(0, at)];
}
