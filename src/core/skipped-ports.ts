// Owns the list of ports that a request could not have: its wish, and those that probes found taken.

import type { ServiceType } from './catalogue.ts';
import type { Meeting } from './change.ts';
import type { AllocateRequest, Observed } from './command.ts';
import { describeLease } from './holder.ts';
import { contains } from './port-range.ts';
import type { SkippedPort } from './reply.ts';
import type { StateView } from './state.ts';

/** @param granted the port that was granted instead */
export function skippedPorts(
  state: StateView,
  observed: Observed,
  request: AllocateRequest,
  type: ServiceType,
  granted: number,
): SkippedPort[] {
  return [...leasedWish(state, request, granted), ...foundTaken(observed, request, type)];
}

/** The same ports as far as probes met somebody on them, for the audit. */
export function meetings(observed: Observed, request: AllocateRequest, type: ServiceType): Meeting[] {
  const { protocol } = request;
  const skipped = foundTaken(observed, request, type);
  return skipped.map(({ port, holder }) => ({ protocol, port, holder, serviceType: type.name }));
}

/** The wished port, where it is somebody's lease and something else was granted instead. */
function leasedWish(state: StateView, request: AllocateRequest, granted: number): SkippedPort[] {
  const { preferredPort, protocol } = request;
  if (preferredPort === null || preferredPort === granted) return [];
  const entry = state.leaseOn(protocol, preferredPort);
  return entry === undefined ? [] : [{ port: preferredPort, holder: describeLease(entry) }];
}

/** The ports that probes found taken and that this request could have had. */
function foundTaken(observed: Observed, request: AllocateRequest, type: ServiceType): SkippedPort[] {
  const skipped: SkippedPort[] = [];
  for (const [id, holder] of observed.busy) {
    const [protocol, number] = id.split(':');
    const port = Number(number);
    const isWish =
      port >= (request.preferredPort ?? Infinity) && port < (request.preferredPort ?? 0) + request.count;
    if (protocol !== request.protocol || !(isWish || contains(type.range, port))) continue;
    skipped.push({ port, holder: holder ?? null });
  }
  return skipped;
}
