// Owns what config.json may say: every key with its type, bounds, default and meaning, as data that can be walked.

import { MAX_PORT, MIN_UNPRIVILEGED_PORT } from '../core/port-range.ts';
import type { Config } from './config.ts';
import { SHIPPED_SERVICE_TYPES, SHIPPED_TEMPLATES } from './shipped-catalogue.ts';

interface Described {
  /** One sentence for the reference. */
  readonly description: string;
}

export interface IntegerSetting extends Described {
  readonly kind: 'integer';
  readonly min: number;
  readonly max: number;
  readonly default: number;
}

export interface TextSetting extends Described {
  readonly kind: 'text';
  readonly maxLength: number;
  readonly default: string;
}

export interface ChoiceSetting extends Described {
  readonly kind: 'choice';
  readonly values: readonly string[];
  readonly default: string;
}

/** Two ports, first and last, both included. It has no default: a new entry must name it. */
export interface RangeSetting extends Described {
  readonly kind: 'range';
  readonly min: number;
  readonly max: number;
}

/** Values without repetition. */
export interface ListSetting extends Described {
  readonly kind: 'list';
  readonly item: IntegerSetting | TextSetting;
  readonly maxItems: number;
  readonly default: readonly (number | string)[];
}

/** A fixed set of keys. */
export interface SectionSetting extends Described {
  readonly kind: 'section';
  readonly keys: Readonly<Record<string, Setting>>;
}

/** Entries under names of the user's choice, laid over the shipped ones. */
export interface TableSetting extends Described {
  readonly kind: 'table';
  /** What an entry's name is, as in "a service type". */
  readonly entryName: string;
  readonly namePattern: RegExp;
  readonly maxEntries: number;
  readonly entry: Setting;
  readonly default: Readonly<Record<string, unknown>>;
}

export type Setting =
  | IntegerSetting
  | TextSetting
  | ChoiceSetting
  | RangeSetting
  | ListSetting
  | SectionSetting
  | TableSetting;

const NAME = /^[a-z0-9][a-z0-9-]{0,49}$/;
const DAY_SECONDS = 86_400;

/** The longest term that a lease can have (contract, "Life"). */
export const MAX_LEASE_TTL_SECONDS = 30 * DAY_SECONDS;

/** How many ports a type may name one by one. */
export const MAX_LISTED_PORTS = 100;

const integer = (min: number, max: number, fallback: number, description: string): IntegerSetting => {
  return { kind: 'integer', min, max, default: fallback, description };
};
const port = (description: string): IntegerSetting => {
  return integer(MIN_UNPRIVILEGED_PORT, MAX_PORT, MIN_UNPRIVILEGED_PORT, description);
};

const serviceType: SectionSetting = {
  kind: 'section',
  description: 'One service type; what is left out keeps its shipped value.',
  keys: {
    range: {
      kind: 'range',
      min: MIN_UNPRIVILEGED_PORT,
      max: MAX_PORT,
      description: 'First and last port, both included, below the ports that the system hands out by itself.',
    },
    preferred_ports: {
      kind: 'list',
      item: port('A port of the range.'),
      maxItems: MAX_LISTED_PORTS,
      default: [],
      description: 'Ports of the range that are tried first, in this order.',
    },
    instance_behavior: {
      kind: 'choice',
      values: ['multi', 'single'],
      default: 'multi',
      description: '`single` when the machine runs one of each service name, whoever asks.',
    },
    description: {
      kind: 'text',
      maxLength: 200,
      default: '',
      description: 'What the type is for, shown in lists.',
    },
    examples: {
      kind: 'list',
      item: { kind: 'text', maxLength: 60, default: '', description: 'The name of a program.' },
      maxItems: 20,
      default: [],
      description: 'Programs that belong to the type.',
    },
    avoid: {
      kind: 'list',
      item: port('A port of the range.'),
      maxItems: MAX_LISTED_PORTS,
      default: [],
      description: 'Ports of the range that are never granted for TCP.',
    },
  },
};

/** The whole document. */
export const CONFIG_SCHEMA: SectionSetting = {
  kind: 'section',
  description: 'Everything in config.json may be left out.',
  keys: {
    service_types: {
      kind: 'table',
      entryName: 'a service type',
      namePattern: NAME,
      maxEntries: 500,
      entry: serviceType,
      default: SHIPPED_SERVICE_TYPES,
      description:
        'Service types by name, laid over the shipped ones field by field; no two ranges may overlap.',
    },
    instance_templates: {
      kind: 'table',
      entryName: 'a template',
      namePattern: NAME,
      maxEntries: 50,
      entry: integer(0, 99, 0, 'How many places the preferred ports are shifted.'),
      default: SHIPPED_TEMPLATES,
      description: "By template, how many places an instance's search among the preferred ports is shifted.",
    },
    terms: {
      kind: 'section',
      description: 'How long things last.',
      keys: {
        lease_ttl_seconds: integer(
          1,
          MAX_LEASE_TTL_SECONDS,
          3600,
          'The term of a lease on which nobody listens, unless it is asked for with another.',
        ),
        instance_ttl_seconds: integer(
          1,
          MAX_LEASE_TTL_SECONDS,
          300,
          'The time between the heartbeats of an instance without a process; three missed end it.',
        ),
        key_retention_days: integer(
          1,
          3650,
          90,
          'How many days after its last use the port of a project, type and name is remembered.',
        ),
      },
    },
    quarantine: {
      kind: 'section',
      description: 'How long a port rests after a lease was ended by force, or a stranger was found on it.',
      keys: {
        seconds: integer(
          0,
          DAY_SECONDS,
          120,
          'The first rest after an end by force; it doubles when that repeats.',
        ),
        max_seconds: integer(
          0,
          DAY_SECONDS,
          600,
          'The longest rest after an end by force; not below `seconds`.',
        ),
        conflict_seconds: integer(
          0,
          DAY_SECONDS,
          5,
          'The rest of a port on which a stranger was found: long enough that the next requests leave it alone.',
        ),
      },
    },
    recovery: {
      kind: 'section',
      description: 'How Styxy notices what went wrong.',
      keys: {
        health_monitoring: {
          kind: 'section',
          description: 'The watch over listeners.',
          keys: {
            check_interval_ms: integer(
              1000,
              3_600_000,
              30_000,
              'A missing listener is counted once in this time, in milliseconds.',
            ),
            max_failures: integer(
              1,
              100,
              3,
              'How many misses in a row end a lease that was active and has no live holder.',
            ),
          },
        },
      },
    },
    store: {
      kind: 'section',
      description: 'How safely changes are written.',
      keys: {
        synchronous: {
          kind: 'choice',
          values: ['normal', 'full'],
          default: 'normal',
          description: '`normal` survives the death of the daemon, `full` a power cut too, at a slower pace.',
        },
      },
    },
  },
};

/** The configuration where config.json says nothing. */
export function shippedConfig(): Config {
  // The one place where the schema's data meets the type that describes it; a test compares the two key by key.
  return defaultOf(CONFIG_SCHEMA) as Config;
}

/** The default of a setting; undefined for a range, which has none. */
export function defaultOf(setting: Setting): unknown {
  if (setting.kind === 'range') return undefined;
  if (setting.kind !== 'section') return setting.default;
  return Object.fromEntries(Object.entries(setting.keys).map(([key, inner]) => [key, defaultOf(inner)]));
}
