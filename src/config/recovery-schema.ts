// Owns what config.json may say of the watch and of recovery: what Styxy does by itself when something is wrong.

import { type FlagSetting, integer, type SectionSetting } from './setting.ts';

const flag = (description: string): FlagSetting => ({ kind: 'flag', default: true, description });

export const RECOVERY_SCHEMA: SectionSetting = {
  kind: 'section',
  description: 'How Styxy notices what went wrong, and what it does about it by itself.',
  keys: {
    port_conflict: {
      kind: 'section',
      description: 'What comes before a grant.',
      keys: {
        enabled: flag('Whether anything of this section is done.'),
        check_availability: flag(
          'Whether a port is tried before it is granted. Without it a port may be granted on which a program listens that has no lease.',
        ),
        max_retries: integer(
          0,
          10,
          3,
          'How often a write that the store could not make for the moment is tried again. A port that is found taken costs no retry: the whole range is searched.',
        ),
        backoff_ms: integer(1, 10_000, 100, 'The wait before the first retry, in milliseconds.'),
        backoff_multiplier: integer(1, 10, 2, 'By how much each wait is longer than the one before.'),
      },
    },
    health_monitoring: {
      kind: 'section',
      description: 'The watch over listeners and holders.',
      keys: {
        enabled: flag(
          'Whether all leases are looked at every few seconds. Without it a lease is looked at only before it would end and where an answer rests on it, so that its state may be old.',
        ),
        check_interval_ms: integer(
          1000,
          3_600_000,
          30_000,
          'A missing listener is counted once in this time, in milliseconds. All leases are looked at every five seconds, or as often as this says where that is more often.',
        ),
        max_failures: integer(
          1,
          100,
          3,
          'How many misses in a row end a lease that was active and has no live holder.',
        ),
        cleanup_stale_allocations: flag(
          'Whether misses end a lease at all. Without it such a lease ends with its term, or by `styxy cleanup`.',
        ),
      },
    },
    system_recovery: {
      kind: 'section',
      description: 'What a start does about what the last run left behind.',
      keys: {
        enabled: flag('Whether anything of this section is done.'),
        run_on_startup: flag(
          'Whether leases are looked at before the daemon serves, and those of dead holders end.',
        ),
        backup_corrupted_state: flag(
          'Whether a start keeps a copy of what it found damaged in `backups`, whatever `enabled` says. Without it the copy goes once all that can be read was saved.',
        ),
        max_recovery_attempts: integer(
          1,
          10,
          3,
          'How often a step that fails is tried before the daemon serves without it, and says so.',
        ),
      },
    },
  },
};
