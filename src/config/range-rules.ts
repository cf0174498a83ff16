// Owns the rules that hold between the values of a configuration: ranges that keep apart, ports inside their range.

import { contains, overlaps, type PortRange } from '../core/port-range.ts';
import type { Config, ConfigError, ServiceTypeConfig } from './config.ts';
import { MAX_LISTED_PORTS } from './config-schema.ts';
import type { Reading } from './setting-reader.ts';

/** What of the machine and the daemon a configuration must respect. */
export interface ConfigContext {
  /** The lowest port that the system hands out by itself: 32768 on Linux unless changed, 49152 elsewhere. */
  readonly ephemeralStart: number;
  /** The daemon's own TCP port; null when any free one is taken. */
  readonly ownPort: number | null;
}

/** The shipped type whose range holds the daemon's own port, which is never granted. */
const OWN_TYPE = 'coordination';

/**
 * Checks `config` as a whole. Only what the file names can be wrong; each mistake is told where it stands.
 *
 * @param reading the nodes that were read, and the errors, to which these are added
 */
export function checkRules(reading: Reading, config: Config, context: ConfigContext): void {
  const types = Object.entries(config.service_types).filter(([, type]) => type.range !== undefined);
  for (const [name, type] of types) {
    checkRange(reading, name, type, types, context);
    checkPorts(reading, name, type);
  }
  const { seconds, max_seconds: most } = config.quarantine;
  const path = reading.nodes.has('quarantine.max_seconds') ? 'quarantine.max_seconds' : 'quarantine.seconds';
  const node = reading.nodes.get(path);
  if (most < seconds && node !== undefined) {
    const message = `quarantine.max_seconds (${most}) is below quarantine.seconds (${seconds})`;
    reading.errors.push(reading.document.errorAt(node, path, message));
  }
}

function checkRange(
  reading: Reading,
  name: string,
  type: ServiceTypeConfig,
  all: readonly (readonly [string, ServiceTypeConfig])[],
  { ephemeralStart, ownPort }: ConfigContext,
): void {
  const path = `service_types.${name}.range`;
  const node = reading.nodes.get(path);
  if (node === undefined) return;
  const range = rangeOf(type);
  const fail = (message: string): ConfigError => reading.document.errorAt(node, path, message);
  if (range.end >= ephemeralStart) {
    reading.errors.push(
      fail(
        `${shown(range)} reaches into the ports from ${ephemeralStart} that the system hands out by itself; end it at ${ephemeralStart - 1} or below`,
      ),
    );
  }
  if (ownPort !== null && contains(range, ownPort) && name !== OWN_TYPE) {
    reading.errors.push(fail(`${shown(range)} holds ${ownPort}, the port of Styxy itself`));
  }
  for (const [other, { range: otherRange }] of all) {
    if (other === name || !overlaps(range, toRange(otherRange))) continue;
    const otherNode = reading.nodes.get(`service_types.${other}.range`);
    // Of two that the file names, the later one tells it.
    if (otherNode !== undefined && otherNode.offset > node.offset) continue;
    const origin = otherNode === undefined ? ', which is shipped' : '';
    reading.errors.push(
      fail(`${shown(range)} of "${name}" overlaps ${shown(toRange(otherRange))} of "${other}"${origin}`),
    );
  }
}

/** Ports that the file names must lie in the type's range; shipped ones that no longer do are dropped later. */
function checkPorts(reading: Reading, name: string, type: ServiceTypeConfig): void {
  for (const key of ['preferred_ports', 'avoid'] as const) {
    const path = `service_types.${name}.${key}`;
    // By their nodes, so that the right ones of a list with another mistake in it are checked too.
    for (let index = 0; index < MAX_LISTED_PORTS; index++) {
      const node = reading.nodes.get(`${path}[${index}]`);
      const port: unknown = node?.value;
      if (node === undefined || typeof port !== 'number' || contains(rangeOf(type), port)) continue;
      const message = `${port} lies outside the range ${shown(rangeOf(type))} of "${name}"`;
      reading.errors.push(reading.document.errorAt(node, `${path}[${index}]`, message));
    }
  }
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

export function rangeOf(type: ServiceTypeConfig): PortRange {
  return toRange(type.range);
}

function toRange([start, end]: readonly [number, number]): PortRange {
  return { start, end };
}

function shown({ start, end }: PortRange): string {
  return `${start}–${end}`;
}
