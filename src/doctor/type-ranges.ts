// Owns the ranges of the service types as they hold now: the daemon's where one answers, else those of config.json.

import type { ConfigAnswer } from '../api/schemas-daemon.ts';
import type { PortRange } from '../core/port-range.ts';
import type { Scene } from './scene.ts';

export interface TypeRange extends PortRange {
  readonly name: string;
}

/** @throws StyxyError when the daemon does not answer any more */
export async function typeRanges(scene: Scene): Promise<readonly TypeRange[]> {
  const isRunning = scene.home !== null && (await scene.daemon()).kind === 'answers';
  const types = isRunning
    ? (await scene.ask<ConfigAnswer>('GET', '/config')).config.service_types
    : (await scene.config()).config.service_types;
  return Object.entries(types ?? {}).flatMap(([name, type]: [string, unknown]) => {
    const range = typeof type === 'object' && type !== null && 'range' in type ? type.range : null;
    if (!Array.isArray(range)) return [];
    const [start, end] = range.map(Number);
    return start === undefined || end === undefined ? [] : [{ name, start, end }];
  });
}
