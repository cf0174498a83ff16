// Owns the check of our ranges against the ports that the system hands out to outgoing connections.

import { overlaps, type PortRange } from '../../core/port-range.ts';
import { type Check, ok, trouble } from '../check.ts';
import type { Scene } from '../scene.ts';
import { type TypeRange, typeRanges } from '../type-ranges.ts';

const RESERVED = '/proc/sys/net/ipv4/ip_local_reserved_ports';

export const ephemeralRange: Check = {
  id: 'ephemeral-range',
  title: 'System’s own ports',
  why: 'Any outgoing connection can take a port there, between two starts of the server that has its lease.',
  fixes: null,
  needs: 'nothing',
  async run(scene) {
    const { ephemeral } = scene;
    const reserved = reservedRanges(scene);
    const among = (await typeRanges(scene)).filter(
      (range) => overlaps(range, ephemeral) && !reserved.some((each) => holds(each, range)),
    );
    const shown = `${ephemeral.start}–${ephemeral.end}`;
    if (among.length === 0) return ok(`${shown}, away from ours`);
    return trouble(
      `${told(among)} ${among.length === 1 ? 'lies' : 'lie'} among the ports ${shown} that the system hands out`,
      scene.platform === 'linux'
        ? `Move them in config.json, or keep the system from them: \`sudo sysctl -w net.ipv4.ip_local_reserved_ports=${wanted(reserved, among)}\`.`
        : 'Move them in config.json, below that range.',
    );
  },
};

/** Such as `8080,9000-9099`. */
function reservedRanges({ readText }: Scene): PortRange[] {
  return (readText(RESERVED) ?? '').split(',').flatMap((part) => {
    const [, start, end] = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part) ?? [];
    return start === undefined ? [] : [{ start: Number(start), end: Number(end ?? start) }];
  });
}

function holds(outer: PortRange, inner: PortRange): boolean {
  return outer.start <= inner.start && outer.end >= inner.end;
}

function told(ranges: readonly TypeRange[]): string {
  const names = ranges.slice(0, 3).map(({ name, start, end }) => `${name} (${start}–${end})`);
  return ranges.length > 3 ? `${names.join(', ')} and ${ranges.length - 3} more` : names.join(', ');
}

/** The setting replaces the former one, so that what was reserved before is named too. */
function wanted(reserved: readonly PortRange[], among: readonly TypeRange[]): string {
  return [...reserved, ...among].map(({ start, end }) => `${start}-${end}`).join(',');
}
