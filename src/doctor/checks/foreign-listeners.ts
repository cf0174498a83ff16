// Owns the check of servers without a lease that listen inside our ranges.

import type { ScanAnswer } from '../../api/schemas-scan.ts';
import { contains } from '../../core/port-range.ts';
import { type Check, note, ok, skipped } from '../check.ts';
import type { Scene } from '../scene.ts';
import { typeRanges } from '../type-ranges.ts';

const SHOWN = 3;

interface Foreign {
  readonly port: number;
  readonly process: string | null;
  readonly pid: number | null;
}

export const foreignListeners: Check = {
  id: 'foreign-listeners',
  title: 'Foreign listeners',
  why: 'Their ports are passed over; too many of them, and a range is full before its time.',
  fixes: null,
  needs: 'nothing',
  async run(scene) {
    const ranges = await typeRanges(scene);
    const found = await unleased(scene);
    if (found === null) return skipped('who listens cannot be read');
    const inside = [
      ...new Map(
        found
          .filter(({ port }) => ranges.some((range) => contains(range, port)))
          .map((each) => [each.port, each]),
      ).values(),
    ].toSorted((a, b) => a.port - b.port);
    const [first] = inside;
    if (first === undefined) return ok('none in our ranges');
    const shown = inside.slice(0, SHOWN).map(text).join(', ');
    const more = inside.length > SHOWN ? ` and ${inside.length - SHOWN} more` : '';
    return note(
      `${shown}${more} without a lease`,
      `\`styxy adopt ${first.port}\` gives a server of yours its lease; \`styxy scan\` shows all.`,
    );
  },
};

/** Without the daemon it is not known who has a lease, and all are told. */
async function unleased(scene: Scene): Promise<readonly Foreign[] | null> {
  const daemon = scene.home === null ? null : await scene.daemon();
  if (daemon?.kind === 'answers') {
    const { port: own, pid } = daemon.status;
    const { ports_in_use: all } = await scene.ask<ScanAnswer>('GET', '/scan?start=1024&end=65535');
    return all.filter((each) => each.lease === null && each.port !== own && each.pid !== pid);
  }
  const listeners = await scene.listeners();
  return listeners?.filter(({ protocol }) => protocol === 'tcp') ?? null;
}

function text({ port, process: name, pid }: Foreign): string {
  return name === null ? String(port) : `${port} (${name}${pid === null ? '' : `, pid ${pid}`})`;
}
