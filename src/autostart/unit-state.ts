// Owns the reading of what `systemctl show` says of several units: properties, a block for each, pure.

/** Of one unit, the properties that were asked for, by their names. */
export type UnitState = Readonly<Record<string, string>>;

export const UNIT_PROPERTIES = [
  'Id',
  'LoadState',
  'UnitFileState',
  'ActiveState',
  'SubState',
  'Result',
  'MainPID',
  'NRestarts',
  'WatchdogUSec',
  'WatchdogTimestampMonotonic',
  'NextElapseUSecMonotonic',
] as const;

/** The units by their names. */
export function parseUnits(text: string): ReadonlyMap<string, UnitState> {
  const units = new Map<string, UnitState>();
  for (const block of text.split(/\n\s*\n/)) {
    const unit: Record<string, string> = {};
    for (const line of block.split('\n')) {
      const at = line.indexOf('=');
      if (at > 0) unit[line.slice(0, at)] = line.slice(at + 1);
    }
    if (unit.Id !== undefined) units.set(unit.Id, unit);
  }
  return units;
}

const UNITS_US: Readonly<Record<string, number>> = {
  us: 1,
  ms: 1e3,
  s: 1e6,
  min: 60e6,
  h: 3_600e6,
  d: 86_400e6,
  w: 604_800e6,
};

/**
 * A span of time as systemd writes it, such as `1min 30s`.
 *
 * @returns microseconds; null for `infinity`, nothing, and what is no span
 */
export function spanUs(text: string | undefined): number | null {
  if (text === undefined || text === '') return null;
  let sum = 0;
  for (const part of text.split(' ')) {
    const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(part) ?? [];
    const size = UNITS_US[unit];
    if (number === undefined || size === undefined) return null;
    sum += Number(number) * size;
  }
  return sum;
}
