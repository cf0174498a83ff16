// Owns the shapes of what the dashboard needs beside the rest: its sign-in, its overview, the history, the end of an orphan.

import type { Static } from 'typebox';
import { count, flag, message, nullable, text, time, yes } from './fields.ts';
import * as names from './names.ts';
import * as Type from './type.ts';

export const SignInCodeAnswer = Type.object(
  {
    success: yes(),
    code: text('What a page exchanges for a session, once'),
    url: nullable(
      Type.string(),
      'The dashboard, with the code in its fragment, which browsers send to nobody; null where TCP is not listened on',
    ),
    expires_in_seconds: count('How long the code waits for its page'),
    message: message(),
  },
  { description: 'A code that signs a browser in' },
);
export type SignInCodeAnswer = Static<typeof SignInCodeAnswer>;

export const SignInAnswer = Type.object(
  {
    success: yes(),
    token: text('What the page sends as `Authorization: Bearer <token>` from then on'),
    expires_at: time('When the session ends; it ends sooner when the token is rotated'),
    message: message(),
  },
  { description: 'A session of the dashboard' },
);
export type SignInAnswer = Static<typeof SignInAnswer>;

const managedRange = Type.object(
  {
    service_type: text('The service type'),
    start: Type.integer({ description: 'Its first port' }),
    end: Type.integer({ description: 'Its last port' }),
    description: text('What the configuration says of it'),
    automatic: flag('The type got it by itself'),
    singleton: flag('The machine runs one of each service name'),
    avoided: Type.array(Type.integer(), { description: 'Ports of it that are never granted for TCP' }),
  },
  { description: 'A range of ports' },
);

const restingPort = Type.object(
  {
    port: names.anyPort({ description: 'The port' }),
    protocol: names.protocol({ description: 'Its name space' }),
    until: time('When its rest ends'),
  },
  { description: 'A port that rests' },
);

const projectBranch = Type.object(
  {
    project_path: text('The root directory of the project'),
    branch: nullable(Type.string(), 'The branch of the checkout, or `detached at` its commit'),
  },
  { description: 'Where a project stands' },
);

export const OverviewAnswer = Type.object(
  {
    ranges: Type.array(managedRange, { description: 'Every managed range, ascending' }),
    resting: Type.array(restingPort, { description: 'The ports in quarantine' }),
    projects: Type.array(projectBranch, { description: 'The projects that have leases' }),
  },
  { description: 'What a map of all ports needs beside the leases' },
);
export type OverviewAnswer = Static<typeof OverviewAnswer>;

const historyMinute = Type.object(
  {
    at: time('When it began'),
    granted: count('New leases that requests were granted'),
    existing: count('Requests that got a lease that was there'),
    refused: count('Requests that got none'),
    conflicts: count('Ports that a probe found taken'),
    hijacks: count('Leased ports on which a stranger was seen'),
    latency_ms: nullable(
      Type.object(
        {
          median: Type.number({ description: 'Half of them took less' }),
          p95: Type.number({ description: 'All but one in twenty took less' }),
          samples: count('How many were timed: the first 500 of the minute'),
        },
        { description: 'Milliseconds from a request to its durable answer, within the daemon' },
      ),
      'How long allocations took; null where there were none',
    ),
  },
  { description: 'A minute' },
);

export const HistoryAnswer = Type.object(
  {
    minutes: Type.array(historyMinute, {
      description:
        'The last three hours since the start of the daemon, the oldest first; the last is not over',
    }),
  },
  { description: 'What was asked for and what went wrong, by minute' },
);
export type HistoryAnswer = Static<typeof HistoryAnswer>;
export type HistoryMinute = HistoryAnswer['minutes'][number];

export const EndOrphanBody = Type.object(
  {
    dry_run: Type.optional(Type.boolean({ description: 'Only say what would be ended', default: false })),
  },
  { additionalProperties: false, description: 'Plan or deed; may be left out altogether' },
);
export type EndOrphanBody = Static<typeof EndOrphanBody>;

const orphanVerdict = Type.union(
  [Type.literal('would-end'), Type.literal('ended'), Type.literal('left'), Type.literal('stuck')],
  {
    description:
      'ended: it is gone, and its lease released; would-end: nothing was done yet; left: nothing proves that it is the server of the lease; stuck: it does not end',
  },
);

export const EndOrphanAnswer = Type.object(
  {
    success: yes(),
    lock_id: text('The lease'),
    port: names.anyPort({ description: 'Its port' }),
    verdict: orphanVerdict,
    pid: nullable(Type.integer(), 'The process that listens; null where the system does not say'),
    processes: Type.array(Type.integer(), { description: 'The processes that were ended, or would be' }),
    message: message(),
  },
  { description: 'What became of a server whose holder is gone' },
);
export type EndOrphanAnswer = Static<typeof EndOrphanAnswer>;
