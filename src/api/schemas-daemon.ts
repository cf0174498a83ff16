// Owns the shapes of the answers about the daemon itself: status, configuration, health, token, stop, and problems.

import type { Static } from 'typebox';
import { ERROR_CODES } from '../errors.ts';
import { count, flag, nullable, text, yes } from './fields.ts';
import * as Type from './type.ts';

const version = () => text("The package's version");
const apiVersion = () =>
  Type.integer({ description: 'The version of the HTTP API; within it, only additions' });
const pid = () => Type.integer({ description: "The daemon's process id" });
const lastGoodProblem = () =>
  nullable(
    Type.string(),
    'Why the last good configuration does not hold, or not as a whole, while the file has mistakes; null where nothing of it is lost',
  );

const RecoveryStep = Type.object({
  step: Type.union(
    [
      Type.literal('configuration'),
      Type.literal('store'),
      Type.literal('leases'),
      Type.literal('holders'),
      Type.literal('singletons'),
      Type.literal('indexes'),
    ],
    { description: 'The step' },
  ),
  outcome: Type.union(
    [Type.literal('well'), Type.literal('mended'), Type.literal('failed'), Type.literal('skipped')],
    {
      description:
        '`well`: nothing to do; `mended`: it was put right; `failed`: the daemon serves without it; `skipped`: by configuration',
    },
  ),
  detail: nullable(Type.string(), 'What was mended, or what it failed with'),
  attempts: count('How often it was tried'),
});

export const StatusAnswer = Type.object(
  {
    version: version(),
    api_version: apiVersion(),
    pid: pid(),
    uptime_seconds: count('Seconds since the daemon started'),
    started_at: Type.string({ description: 'When it started (ISO 8601, UTC)', format: 'date-time' }),
    home: text('STYXY_HOME'),
    socket: nullable(Type.string(), 'The unix socket'),
    port: nullable(Type.integer(), 'The TCP port of API and dashboard'),
    asked_port: nullable(
      Type.integer(),
      'The TCP port that was asked for, by STYXY_API_PORT or by default, where it was taken at the start and another one is used; null where it was not',
    ),
    token: text('The token, masked'),
    counts: Type.object(
      {
        leases: count('Live leases'),
        reserved: count('Of these: nobody listened yet'),
        active: count('Of these: somebody listens'),
        idle: count('Of these: the listener went away'),
        hijacked: count('Of these: a stranger listens'),
        orphans: count('Of these: the holder is dead, its server still listens'),
        singletons: count('Of these: of services that run once on this machine'),
        instances: count('Registered instances'),
        service_types: count('Service types in the catalogue'),
      },
      { description: 'How many of what' },
    ),
    store: Type.object(
      {
        kind: text('sqlite or memory'),
        can_commit: flag('Whether the last commit succeeded'),
        reason: nullable(Type.string(), 'Why not'),
        commits: count('Commits since the start; many requests may share one'),
      },
      { description: 'The store' },
    ),
    config: Type.object(
      {
        path: text('config.json'),
        mistakes: count(
          'Mistakes in it; with any, the daemon serves on the last good configuration, else on the shipped one',
        ),
        serving: Type.union(
          [Type.literal('config.json'), Type.literal('last-good'), Type.literal('default')],
          {
            description: 'Which configuration holds: the file, the last good one, or the shipped one',
          },
        ),
        last_good_problem: lastGoodProblem(),
      },
      { description: 'The configuration' },
    ),
    auto_allocation: Type.object(
      {
        enabled: flag('Whether an unknown service type gets a range'),
        ranges: count('Automatic ranges'),
        not_in_config: nullable(
          Type.string(),
          'Why config.json does not have all of them; null where it has',
        ),
        placement_problem: nullable(
          Type.string(),
          "Why the user's own placement module is not followed; null where it is, and where there is none",
        ),
      },
      { description: 'The automatic ranges' },
    ),
    recovery: Type.object(
      {
        state: Type.union([Type.literal('done'), Type.literal('running')], {
          description: 'Whether what was stored has been loaded and looked at',
        }),
        leases_restored: count('Leases that were taken over from the store at the start'),
        leases_rebuilt: count('Leases that the store had lost and that were taken back from the audit'),
        set_aside: count('Records that could not be read and were put into backups'),
        steps: Type.array(RecoveryStep, { description: 'What the start did, in order' }),
      },
      { description: 'What the start found' },
    ),
    health_monitor: Type.object(
      {
        enabled: flag('Whether listeners and holders are watched'),
        interval_ms: count(
          'Milliseconds in which a missing listener is counted once (recovery.health_monitoring.check_interval_ms)',
        ),
        max_failures: nullable(
          Type.integer(),
          'After how many misses in a row a lease without a live holder ends; null where misses end none',
        ),
        port_conflicts: count('Ports that were found taken since the start'),
        hijacks: count('Leased ports on which a stranger was seen to listen since the start'),
        passes: count('Passes over all leases since the start'),
        checks: count('Leases that were looked at since the start, each look counted'),
        healthy: count('Live leases that are well'),
        unhealthy: count('Live leases that are hijacked or orphaned, or whose listener is missed'),
        unknown: count('Live leases of which nobody could see who listens'),
        cleaned: count('Leases that ended by themselves since the start'),
        cleaned_by_reason: Type.record(Type.integer(), {
          description: 'The same by reason; a reason that did not come up is left out',
        }),
      },
      { description: 'The watch over listeners and holders' },
    ),
  },
  { description: 'The daemon and its state' },
);
export type StatusAnswer = Static<typeof StatusAnswer>;

export const ConfigProblem = Type.object(
  {
    line: Type.integer({ description: 'The line, from 1; 0 when it is about the file itself' }),
    column: Type.integer({ description: 'The column, from 1; 0 when it is about the file itself' }),
    path: text('Where in the document, such as service_types.grpc.range'),
    message: text('What is wrong'),
  },
  { description: 'A mistake in config.json' },
);

export const ConfigAnswer = Type.object(
  {
    path: text('The configuration file'),
    config: Type.record(Type.unknown(), {
      description: 'The effective configuration, in the words of config.json',
    }),
    sources: Type.record(Type.string(), {
      description:
        'By path in `config`: where its value comes from (default: as shipped; port_guide: the document that config.json names; config.json; last-good: the last configuration that was right)',
    }),
    errors: Type.array(ConfigProblem, {
      description:
        'Mistakes in the file and its port guide; while there are any, the last good configuration holds',
    }),
    warnings: Type.array(Type.string(), { description: 'What is right but may surprise' }),
    last_good_problem: lastGoodProblem(),
  },
  { description: 'The effective configuration' },
);
export type ConfigAnswer = Static<typeof ConfigAnswer>;

export const HealthAnswer = Type.object(
  {
    status: Type.union([Type.literal('ok'), Type.literal('degraded')], {
      description: 'degraded: the store cannot commit, so that nothing can be granted',
    }),
    version: version(),
    api_version: apiVersion(),
    pid: pid(),
    reason: nullable(Type.string(), 'Why it is degraded'),
  },
  { description: 'Whether the daemon can work' },
);
export type HealthAnswer = Static<typeof HealthAnswer>;

export const RotateAnswer = Type.object(
  { success: yes(), token: text('The new token, masked; auth.token has it'), message: text('What was done') },
  { description: 'The token was replaced' },
);
export type RotateAnswer = Static<typeof RotateAnswer>;

export const ShutdownAnswer = Type.object(
  { success: yes(), pid: pid(), message: text('What happens now') },
  { description: 'The daemon stops' },
);
export type ShutdownAnswer = Static<typeof ShutdownAnswer>;

export const ProblemJson = Type.object(
  {
    type: text('The page that explains the code'),
    title: text('The code in a few words'),
    status: Type.integer({ description: 'The HTTP status' }),
    detail: text('What happened, in a sentence'),
    code: Type.union(
      ERROR_CODES.map((code) => Type.literal(code)),
      { description: 'What a program decides by' },
    ),
    hint: text('What to do next, with a command where one helps'),
    success: Type.literal(false, { description: 'Always false' }),
  },
  { description: 'A refusal or failure (RFC 9457); details by code may stand beside these fields' },
);
