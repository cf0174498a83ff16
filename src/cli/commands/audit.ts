// Owns `styxy audit`: what happened, who asked for it, and why.

import { MAX_PAGE } from '../../api/names.ts';
import type { AuditAnswer, AuditEventJson, AuditStatsAnswer } from '../../api/schemas-audit.ts';
import { type Client, expectOk } from '../../client/client.ts';
import { StyxyError } from '../../errors.ts';
import type { Command, Invocation, OptionSpec } from '../command.ts';
import { followEvents } from '../follow-events.ts';
import { momentText } from '../moment.ts';
import { query, reach, reachRunning } from '../reach.ts';
import { print, printJson, say } from '../write.ts';
import { countLines, eventLines } from './audit-lines.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1_000_000;
const MAX_PORT = 65_535;
/** What `audit --follow` waits out. */
const ABSENCES: ReadonlySet<string> = new Set(['DAEMON_UNREACHABLE', 'STORE_UNAVAILABLE']);

type Filter = Readonly<Record<string, string | number | null>>;

const SPAN: Readonly<Record<string, OptionSpec>> = {
  since: {
    kind: 'value',
    value: 'TIME',
    description: 'From this moment on: 2h, 7d, 09:30, 2026-11-25T09:30',
  },
  until: { kind: 'value', value: 'TIME', description: 'Before this moment' },
};

const list: Command = {
  name: 'list',
  summary: 'Show what happened, the newest last',
  details: [
    'With --json each event is a document of its own, on one line. --follow goes on with what happens, also across a restart of the daemon; a daemon that was stopped is waited for, not started.',
  ],
  usage: [
    'audit list [--since TIME] [--until TIME] [--event EVENT] [--service TYPE] [--port N] [--limit N] [--follow]',
  ],
  options: {
    ...SPAN,
    event: {
      kind: 'value',
      short: 'e',
      value: 'EVENT',
      description: 'Events of this name, such as granted or expired',
    },
    service: { kind: 'value', short: 's', value: 'TYPE', description: 'Events about this service type' },
    port: { kind: 'value', short: 'p', value: 'N', description: 'Events about this port' },
    limit: {
      kind: 'value',
      short: 'n',
      value: 'N',
      description: `How many of the newest, ${DEFAULT_LIMIT} unless given; all of them with --since`,
    },
    follow: { kind: 'flag', short: 'f', description: 'Go on with what happens' },
  },
  examples: [
    { line: 'styxy audit --port 3000', description: 'Who had port 3000, and why no more' },
    { line: 'styxy audit --since 2h --event reclaimed', description: 'Leases that ended by themselves' },
    { line: 'styxy audit -f --json', description: 'Events for a program, one a line' },
  ],
  async run(invocation) {
    const filter = filterOf(invocation);
    const isFollowing = invocation.has('follow');
    const given = invocation.integer('limit', 1, MAX_LIMIT);
    const limit = given ?? (filter.since === null ? DEFAULT_LIMIT : MAX_LIMIT);
    const client = await reach(invocation);
    const { events, cursor, unreadable } = await newest(client, filter, limit);
    client.close();
    for (const event of events) show(event, invocation);
    if (unreadable > 0) say(`${unreadable} more cannot be read: the disk damaged them.`);
    if (events.length === 0 && !isFollowing) say('No event matches.');
    if (isFollowing) await follow(invocation, filter, cursor);
    return 0;
  },
};

const stats: Command = {
  name: 'stats',
  summary: 'Count what happened by event, service type and day',
  usage: ['audit stats [--since TIME] [--until TIME]'],
  options: SPAN,
  examples: [{ line: 'styxy audit stats --since 7d', description: 'The last week in numbers' }],
  async run(invocation) {
    const client = await reach(invocation);
    const path = `/audit/stats${query(spanOf(invocation))}`;
    const answer = expectOk(await client.request<AuditStatsAnswer>('GET', path));
    client.close();
    if (invocation.isJson) {
      printJson(answer);
      return 0;
    }
    print(`${answer.total} ${answer.total === 1 ? 'event' : 'events'}`);
    if (answer.total === 0) return 0;
    for (const [title, counts, isByName] of [
      ['By event', answer.by_event, false],
      ['By service type', answer.by_service_type, false],
      ['By day (UTC)', answer.by_day, true],
    ] as const) {
      if (Object.keys(counts).length > 0) print(['', ...countLines(title, counts, isByName)].join('\n'));
    }
    return 0;
  },
};

export const auditCommand: Command = {
  name: 'audit',
  summary: 'Show what happened, who asked for it, and why',
  details: [
    'Every change of what is stored is recorded in the very step that makes it: leases granted, renewed, released, expired and reclaimed, ports found taken, also where the request was refused for it, instances and ranges. Plain renewals and hijacks change nothing stored, and a configuration is a file: they are recorded right after. How much is kept is set by audit.retention_days and audit.max_events in config.json.',
  ],
  usage: ['audit [list] [OPTIONS]', 'audit stats [--since TIME] [--until TIME]'],
  examples: [{ line: 'styxy audit --since 1h', description: 'The last hour' }],
  subcommands: [list, stats],
  defaultSubcommand: 'list',
  run: list.run,
};

function spanOf(invocation: Invocation): { readonly since: string | null; readonly until: string | null } {
  const [since, until] = [invocation.text('since'), invocation.text('until')];
  return {
    since: since === null ? null : momentText(since, 'since'),
    until: until === null ? null : momentText(until, 'until'),
  };
}

function filterOf(invocation: Invocation) {
  return {
    ...spanOf(invocation),
    event: invocation.text('event'),
    service_type: invocation.text('service'),
    port: invocation.integer('port', 1, MAX_PORT),
  };
}

function ask(client: Client, filter: Filter): Promise<AuditAnswer> {
  return client.request<AuditAnswer>('GET', `/audit${query(filter)}`).then(expectOk);
}

interface Newest {
  readonly events: readonly AuditEventJson[];
  /** What to ask with for what comes after. */
  readonly cursor: string;
  readonly unreadable: number;
}

/** The newest events that match; more than a page of them from the oldest on, of which the last are kept. */
async function newest(client: Client, filter: Filter, limit: number): Promise<Newest> {
  const page = await ask(client, { ...filter, limit: Math.min(limit, MAX_PAGE) });
  const { events, next_cursor: cursor, unreadable } = page;
  if (!page.has_more || limit <= MAX_PAGE) return { events, cursor, unreadable };
  let all: AuditEventJson[] = [];
  let next = page;
  do {
    const from = next === page ? '0' : next.next_cursor;
    next = await ask(client, { ...filter, limit: MAX_PAGE, cursor: from });
    all.push(...next.events);
    if (all.length > limit) all = all.slice(-limit);
  } while (next.has_more);
  return { events: all, cursor: next.next_cursor, unreadable };
}

function show(event: AuditEventJson, { isJson }: Invocation): void {
  if (isJson) print(JSON.stringify(event));
  else for (const line of eventLines(event)) print(line);
}

/** Shows what comes after the cursor, until nobody reads any more. */
async function follow(invocation: Invocation, filter: Filter, from: string): Promise<void> {
  let cursor = from;
  // The stream says when; what to show, with the filter and since a restart too, the audit knows best.
  await followEvents(invocation, async () => {
    const pages = await following(invocation, filter, cursor);
    if (Number(pages.cursor) < Number(cursor)) say('The audit begins anew: what was last recorded was lost.');
    cursor = pages.cursor;
    for (const event of pages.events) show(event, invocation);
  });
}

/** What came since; nothing where no daemon answers, or its store does not: the next connection asks again. */
async function following(
  invocation: Invocation,
  filter: Filter,
  from: string,
): Promise<{ events: AuditEventJson[]; cursor: string }> {
  const events: AuditEventJson[] = [];
  let cursor = from;
  try {
    const client = await reachRunning(invocation);
    try {
      for (let page: AuditAnswer | null = null; page === null || page.has_more; ) {
        page = await ask(client, { ...filter, limit: MAX_PAGE, cursor });
        cursor = page.next_cursor;
        events.push(...page.events);
      }
    } finally {
      client.close();
    }
  } catch (error) {
    if (!(error instanceof StyxyError) || !ABSENCES.has(error.code)) throw error;
  }
  return { events, cursor };
}
