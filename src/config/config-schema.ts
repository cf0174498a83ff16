// Owns what config.json may say: every key with its type, bounds, default and meaning, as data that can be walked.

import { MAX_PORT, MIN_UNPRIVILEGED_PORT } from '../core/port-range.ts';
import { AUTO_ALLOCATION_SCHEMA } from './auto-allocation-schema.ts';
import type { Config } from './config.ts';
import { RECOVERY_SCHEMA } from './recovery-schema.ts';
import { defaultOf, type IntegerSetting, integer, type SectionSetting } from './setting.ts';
import { SHIPPED_SERVICE_TYPES, SHIPPED_TEMPLATES } from './shipped-catalogue.ts';

/** Where the JSON Schema of config.json is published; editors complete and check the file by it. */
export const CONFIG_SCHEMA_URL =
  'https://raw.githubusercontent.com/styxy/styxy/main/schema/config.schema.json';

export const NAME = /^[a-z0-9][a-z0-9-]{0,49}$/;
export const NAME_RULE = 'lower-case letters, digits and hyphens, at most 50, not beginning with a hyphen';
export const SERVICE_NAME = /^(?!-)(?!.*\.\.)[A-Za-z0-9@._/-]{1,100}$/;
export const SERVICE_NAME_RULE =
  'letters, digits and @ . _ / -, at most 100, not beginning with a hyphen, no two dots in a row';
const DAY_SECONDS = 86_400;

/** The longest term that a lease can have (contract, "Life"). */
export const MAX_LEASE_TTL_SECONDS = 30 * DAY_SECONDS;

/** As many as there are ports that can be leased. */
const MAX_LEASES = MAX_PORT - MIN_UNPRIVILEGED_PORT + 1;
/** Less than a third of them, so that no two owners can take all; far more than anybody's project has. */
const DEFAULT_QUOTA = 20_000;

/** More than automatic ranges can be, with ten ports and a gap of ten each. */
const MAX_TYPES = 2000;
/** How many ports a type may name one by one. */
const MAX_LISTED_PORTS = 100;

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
      description:
        'First and last port, both included, none of them one that the system hands out by itself.',
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
    port_guide: {
      kind: 'text',
      maxLength: 4096,
      default: '',
      description:
        "A document that says which ranges a team uses, in Markdown or JSON: its ranges stand over the shipped ones and below those of this file. A path that is absolute, begins with `~/`, or counts from this file's directory.",
    },
    service_types: {
      kind: 'table',
      entryName: 'a service type',
      namePattern: NAME,
      nameRule: NAME_RULE,
      maxEntries: MAX_TYPES,
      entry: serviceType,
      default: SHIPPED_SERVICE_TYPES,
      description:
        'Service types by name, laid over the shipped ones field by field; no two ranges may overlap.',
    },
    services: {
      kind: 'table',
      entryName: 'a service',
      namePattern: SERVICE_NAME,
      nameRule: SERVICE_NAME_RULE,
      maxEntries: 500,
      entry: {
        kind: 'section',
        description: 'One service; what is left out is as its type says.',
        keys: {
          instance_behavior: {
            kind: 'choice',
            values: ['multi', 'single'],
            default: undefined,
            description:
              '`single` when the machine runs one of this name, whoever asks and with whatever type; `multi` makes an exception from a type that is `single`.',
          },
        },
      },
      default: {},
      description:
        'What holds for single services by their names, such as `{"ollama": {"instance_behavior": "single"}}`.',
    },
    instance_templates: {
      kind: 'table',
      entryName: 'a template',
      namePattern: NAME,
      nameRule: NAME_RULE,
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
    auto_allocation: AUTO_ALLOCATION_SCHEMA,
    quotas: {
      kind: 'section',
      description: 'How much one of many may hold, so that a loop that runs wild leaves others some.',
      keys: {
        max_leases_per_project: integer(
          1,
          MAX_LEASES,
          DEFAULT_QUOTA,
          'How many live leases one project may hold.',
        ),
        max_leases_per_instance: integer(
          1,
          MAX_LEASES,
          DEFAULT_QUOTA,
          'How many live leases one instance may hold.',
        ),
      },
    },
    hooks: {
      kind: 'section',
      description: 'What the hooks of coding agents may do.',
      keys: {
        kill_guard: {
          kind: 'choice',
          values: ['deny', 'ask', 'warn', 'off'],
          default: 'deny',
          description:
            "What becomes of a command that would end another instance's server: `deny` refuses it, `ask` leaves it to the user, `warn` lets it pass with a word, `off` looks at none.",
        },
        rewrite_permission: {
          kind: 'choice',
          values: ['auto', 'ask', 'off'],
          default: 'auto',
          description:
            'What a server command that is put behind `styxy run` needs: `auto` nothing where the whole line is that command and the agent would not have asked anyway, else the user is asked; `ask` always asks; `off` rewrites none.',
        },
      },
    },
    recovery: RECOVERY_SCHEMA,
    audit: {
      kind: 'section',
      description: 'How much is kept of what happened, for `styxy audit`.',
      keys: {
        retention_days: integer(
          1,
          3650,
          90,
          'How many days an event is kept; time that the machine slept does not count.',
        ),
        max_events: integer(
          1000,
          1_000_000,
          50_000,
          'How many events are kept at most, at some 200 bytes each. What says what a live lease is stays beside them.',
        ),
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
