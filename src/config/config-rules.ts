// Owns the rules that hold between the values of a configuration: ranges that keep apart, ports inside their range.

import { contains, MAX_PORT, MIN_UNPRIVILEGED_PORT, overlaps, type PortRange } from '../core/port-range.ts';
import type { Config, ServiceTypeConfig } from './config.ts';
import type { Reading } from './setting-reader.ts';

/** What of the machine and the daemon a configuration must respect. */
export interface ConfigContext {
  /** The ports that the system hands out by itself: 32768–60999 on Linux unless changed. */
  readonly ephemeral: PortRange;
  /** The daemon's own TCP port; null when any free one is taken. */
  readonly ownPort: number | null;
}

/** The shipped type whose range holds the daemon's own port, which is never granted. */
const OWN_TYPE = 'coordination';

/**
 * Checks `config` as a whole. Only what the file and the port guide name can be wrong; each mistake is told where it
 * stands.
 *
 * @param reading the places of what was read, and the errors, to which these are added
 */
export function checkRules(reading: Reading, config: Config, context: ConfigContext): void {
  const ranges = new Map<string, PortRange>();
  for (const [name, type] of Object.entries(config.service_types))
    if (type.range !== undefined) ranges.set(name, rangeOf(type));
  for (const [name, range] of ranges) checkRange(reading, name, range, ranges, context);
  checkPorts(reading, ranges);
  const { quarantine, auto_allocation: automatic } = config;
  checkOrder(reading, 'quarantine', 'seconds', quarantine.seconds, 'max_seconds', quarantine.max_seconds);
  checkOrder(reading, 'auto_allocation', 'min_port', automatic.min_port, 'max_port', automatic.max_port);
  checkModule(reading, automatic);
}

/** Whoever leaves a choice to a module must name it. */
function checkModule({ places, errors }: Reading, config: Config['auto_allocation']): void {
  if (config.placement_module !== '') return;
  const rules = Object.keys(config.rules).map((pattern) => `rules.${pattern}.placement`);
  for (const path of ['placement', ...rules]) {
    const place = places.get(`auto_allocation.${path}`);
    if (place?.value !== 'module') continue;
    errors.push(place.error('"module" needs auto_allocation.placement_module, the path of a script; add it'));
  }
}

/** Refuses an upper bound that is below its lower one, told where the file names one of them. */
function checkOrder(
  { places, errors }: Reading,
  section: string,
  lowerKey: string,
  lower: number,
  upperKey: string,
  upper: number,
): void {
  const place = places.get(`${section}.${upperKey}`) ?? places.get(`${section}.${lowerKey}`);
  if (upper >= lower || place === undefined) return;
  errors.push(
    place.error(
      `${section}.${upperKey} (${upper}) is below ${section}.${lowerKey} (${lower}); set both so that they are in order`,
    ),
  );
}

function checkRange(
  { places, errors }: Reading,
  name: string,
  range: PortRange,
  all: ReadonlyMap<string, PortRange>,
  { ephemeral, ownPort }: ConfigContext,
): void {
  const place = places.get(rangePath(name));
  if (place === undefined) return;
  if (overlaps(range, ephemeral)) {
    errors.push(
      place.error(
        `${shown(range)} of "${name}" reaches into ${shown(ephemeral)}, the ports that the system hands out by itself; ${clearOf(ephemeral)}`,
      ),
    );
  }
  if (ownPort !== null && contains(range, ownPort) && name !== OWN_TYPE) {
    errors.push(
      place.error(
        `${shown(range)} of "${name}" holds ${ownPort}, the port of Styxy itself; end it below or begin it above`,
      ),
    );
  }
  for (const [other, otherRange] of all) {
    if (other === name || !overlaps(range, otherRange)) continue;
    const otherPlace = places.get(rangePath(other));
    // Of two that are named, the later one tells it.
    if (otherPlace !== undefined && otherPlace.order > place.order) continue;
    errors.push(
      place.error(
        `${shown(range)} of "${name}" overlaps ${shown(otherRange)} of "${other}"${
          otherPlace === undefined
            ? `, which is shipped; move it, or give "${other}" another range too`
            : '; move one of them'
        }`,
      ),
    );
  }
}

function clearOf({ start, end }: PortRange): string {
  const ways = [
    ...(start > MIN_UNPRIVILEGED_PORT ? [`end it at ${start - 1} or below`] : []),
    ...(end < MAX_PORT ? [`begin it at ${end + 1} or above`] : []),
  ];
  return ways.length === 0 ? 'have the system hand out fewer' : ways.join(', or ');
}

/** Ports that are named must lie in the type's range; shipped ones that no longer do are dropped later. */
function checkPorts({ places, errors }: Reading, ranges: ReadonlyMap<string, PortRange>): void {
  for (const [path, place] of places) {
    const [, name = ''] = /^service_types\.([^.]+)\.(?:preferred_ports|avoid)\[\d+\]$/.exec(path) ?? [];
    const range = ranges.get(name);
    if (range === undefined || typeof place.value !== 'number' || contains(range, place.value)) continue;
    errors.push(
      place.error(
        `${place.value} lies outside the range ${shown(range)} of "${name}"; remove it, or widen the range`,
      ),
    );
  }
}

function rangePath(name: string): string {
  return `service_types.${name}.range`;
}

/** Without the shipped ports that a new range left behind. */
export function withoutStrays(type: ServiceTypeConfig): ServiceTypeConfig {
  const range = rangeOf(type);
  return {
    ...type,
    preferred_ports: type.preferred_ports.filter((port) => contains(range, port)),
    avoid: type.avoid.filter((port) => contains(range, port)),
  };
}

export function rangeOf({ range: [start, end] }: ServiceTypeConfig): PortRange {
  return { start, end };
}

function shown({ start, end }: PortRange): string {
  return `${start}–${end}`;
}
