// Owns the handlers that show the audit.

import { DEFAULT_EVENTS } from '../../api/names.ts';
import type { AuditAnswer, AuditStatsAnswer } from '../../api/schemas-audit.ts';
import { invalid, shown } from '../../api/validate.ts';
import type { AuditEvent } from '../../core/audit-events.ts';
import type { Handler } from '../context.ts';
import { eventJson } from '../event-json.ts';

const DAY_MS = 86_400_000;

export const audit: Handler<'audit'> = async (context, { query }) => {
  const { entries, seenTo, hasMore, unreadable } = await context.coordinator.audit.read({
    since: momentOf(query.since, 'since'),
    until: momentOf(query.until, 'until'),
    // The schema names the events.
    event: (query.event as AuditEvent | undefined) ?? null,
    serviceType: query.service_type ?? null,
    port: query.port ?? null,
    after: query.cursor === undefined ? null : Number(query.cursor),
    limit: query.limit ?? DEFAULT_EVENTS,
  });
  return {
    events: entries.map(eventJson),
    count: entries.length,
    has_more: hasMore,
    next_cursor: String(seenTo),
    unreadable,
  } satisfies AuditAnswer;
};

export const auditStats: Handler<'auditStats'> = async (context, { query }) => {
  const counts = await context.coordinator.audit.count({
    since: momentOf(query.since, 'since'),
    until: momentOf(query.until, 'until'),
    event: null,
    serviceType: null,
    port: null,
  });
  let total = 0;
  const [byEvent, byServiceType, byDay] = [new Map(), new Map(), new Map()] as Map<string, number>[];
  const add = (tally: Map<string, number> | undefined, name: string, count: number): void => {
    tally?.set(name, (tally.get(name) ?? 0) + count);
  };
  for (const { event, serviceType, day, count } of counts) {
    total += count;
    add(byEvent, event, count);
    if (serviceType !== null) add(byServiceType, serviceType, count);
    add(byDay, new Date(day * DAY_MS).toISOString().slice(0, 10), count);
  }
  return {
    total,
    by_event: sorted(byEvent),
    by_service_type: sorted(byServiceType),
    by_day: sorted(byDay),
  } satisfies AuditStatsAnswer;
};

/** @throws StyxyError INVALID_REQUEST for a day that no calendar has */
function momentOf(text: string | undefined, field: string): number | null {
  if (text === undefined) return null;
  const hasZone = /(?:Z|[+-]\d{2}:?\d{2})$/.test(text.slice(10));
  const moment = Date.parse(text.includes('T') && !hasZone ? `${text}Z` : text);
  if (Number.isNaN(moment) || !isDay(text.slice(0, 10)))
    throw invalid(`\`${field}\` must be a moment that exists; got ${shown(text)}`, field);
  return moment;
}

/** `Date.parse` takes the 31st of February for a day in March. */
function isDay(text: string): boolean {
  const day = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(day) && new Date(day).toISOString().startsWith(text);
}

function sorted(tally: Map<string, number> | undefined): Record<string, number> {
  return Object.fromEntries([...(tally ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)));
}
