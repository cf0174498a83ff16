// Owns the shapes of the answers about the daemon itself: status, configuration, health, token, stop, and problems.

import Type, { type Static } from 'typebox';
import { ERROR_CODES } from '../errors.ts';
import { count, flag, nullable, text, yes } from './fields.ts';

const version = () => text("The package's version");
const apiVersion = () =>
  Type.Integer({ description: 'The version of the HTTP API; within it, only additions' });
const pid = () => Type.Integer({ description: "The daemon's process id" });

export const StatusAnswer = Type.Object(
  {
    version: version(),
    api_version: apiVersion(),
    pid: pid(),
    uptime_seconds: count('Seconds since the daemon started'),
    started_at: Type.String({ description: 'When it started (ISO 8601, UTC)', format: 'date-time' }),
    home: text('STYXY_HOME'),
    socket: nullable(Type.String(), 'The unix socket'),
    port: nullable(Type.Integer(), 'The TCP port of API and dashboard'),
    token: text('The token, masked'),
    counts: Type.Object(
      {
        leases: count('Live leases'),
        reserved: count('Of these: nobody listened yet'),
        active: count('Of these: somebody listens'),
        idle: count('Of these: the listener went away'),
        hijacked: count('Of these: a stranger listens'),
        orphans: count('Of these: the holder is dead, its server still listens'),
        instances: count('Registered instances'),
        service_types: count('Service types in the catalogue'),
      },
      { description: 'How many of what' },
    ),
    store: Type.Object(
      {
        kind: text('sqlite or memory'),
        can_commit: flag('Whether the last commit succeeded'),
        reason: nullable(Type.String(), 'Why not'),
        commits: count('Commits since the start; many requests may share one'),
      },
      { description: 'The store' },
    ),
    recovery: Type.Object(
      {
        state: Type.Union([Type.Literal('done'), Type.Literal('running')], {
          description: 'Whether what was stored has been loaded and looked at',
        }),
        leases_restored: count('Leases that were taken over from the store at the start'),
        set_aside: count('Records that could not be read and were put into backups'),
      },
      { description: 'What the start found' },
    ),
    health_monitor: Type.Object(
      {
        enabled: flag('Whether listeners and holders are watched'),
        interval_ms: count('Milliseconds between two looks'),
        port_conflicts: count('Ports that were found taken since the start'),
      },
      { description: 'The watch over listeners and holders' },
    ),
  },
  { description: 'The daemon and its state' },
);
export type StatusAnswer = Static<typeof StatusAnswer>;

export const ConfigProblem = Type.Object(
  {
    line: Type.Integer({ description: 'The line, from 1; 0 when it is about the file itself' }),
    column: Type.Integer({ description: 'The column, from 1; 0 when it is about the file itself' }),
    path: text('Where in the document, such as service_types.grpc.range'),
    message: text('What is wrong'),
  },
  { description: 'A mistake in config.json' },
);

export const ConfigAnswer = Type.Object(
  {
    path: text('The configuration file'),
    config: Type.Record(Type.String(), Type.Unknown(), {
      description: 'The effective configuration, in the words of config.json',
    }),
    sources: Type.Record(Type.String(), Type.String(), {
      description:
        'By path in `config`: where its value comes from (shipped, config.json, last good, environment)',
    }),
    errors: Type.Array(ConfigProblem, {
      description: 'Mistakes in the file; while there are any, the last good configuration holds',
    }),
  },
  { description: 'The effective configuration' },
);
export type ConfigAnswer = Static<typeof ConfigAnswer>;

export const HealthAnswer = Type.Object(
  {
    status: Type.Union([Type.Literal('ok'), Type.Literal('degraded')], {
      description: 'degraded: the store cannot commit, so that nothing can be granted',
    }),
    version: version(),
    api_version: apiVersion(),
    pid: pid(),
    reason: nullable(Type.String(), 'Why it is degraded'),
  },
  { description: 'Whether the daemon can work' },
);
export type HealthAnswer = Static<typeof HealthAnswer>;

export const RotateAnswer = Type.Object(
  { success: yes(), token: text('The new token, masked; auth.token has it'), message: text('What was done') },
  { description: 'The token was replaced' },
);
export type RotateAnswer = Static<typeof RotateAnswer>;

export const ShutdownAnswer = Type.Object(
  { success: yes(), pid: pid(), message: text('What happens now') },
  { description: 'The daemon stops' },
);
export type ShutdownAnswer = Static<typeof ShutdownAnswer>;

export const ProblemJson = Type.Object(
  {
    type: text('The page that explains the code'),
    title: text('The code in a few words'),
    status: Type.Integer({ description: 'The HTTP status' }),
    detail: text('What happened, in a sentence'),
    code: Type.Union(
      ERROR_CODES.map((code) => Type.Literal(code)),
      { description: 'What a program decides by' },
    ),
    hint: text('What to do next, with a command where one helps'),
    success: Type.Literal(false, { description: 'Always false' }),
  },
  { description: 'A refusal or failure (RFC 9457); details by code may stand beside these fields' },
);
