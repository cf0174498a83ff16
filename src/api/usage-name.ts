// Owns the words for whoever has a port on the system.

import type { SystemUsage } from './schemas.ts';

/** Such as `vite (pid 4121)`, or `container shop-web-1`, whose proxy nobody has any business with. */
export function usageName({
  container,
  process,
  pid,
}: Pick<SystemUsage, 'container' | 'process' | 'pid'>): string {
  if (container !== null) return `container ${container}`;
  if (process === null && pid === null) return 'a program that cannot be named';
  return `${process ?? 'a program'}${pid === null ? '' : ` (pid ${pid})`}`;
}
