// Owns what styxy.json may say: every key with its type, bounds, default and meaning, as data that can be walked.

import { NAME, NAME_RULE, SERVICE_NAME, SERVICE_NAME_RULE } from '../config/config-schema.ts';
import { integer, type SectionSetting } from '../config/setting.ts';
import { MAX_PORT, MIN_UNPRIVILEGED_PORT } from '../core/port-range.ts';

/** What the file of a project is called. */
export const PROJECT_FILE = 'styxy.json';

/** Where the JSON Schema of styxy.json is published; editors complete and check the file by it. */
export const PROJECT_SCHEMA_URL =
  'https://raw.githubusercontent.com/styxy/styxy/main/schema/project.schema.json';

/** As many leases as one request may ask for; nobody runs more on one machine by one command. */
const MAX_SERVICES = 64;
const MAX_COMMAND = 4_096;
const MAX_VALUE = 4_096;
const MAX_PATH = 1_024;
const DEFAULT_READY_SECONDS = 60;
const MAX_READY_SECONDS = 3_600;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

const ready: SectionSetting = {
  kind: 'section',
  description:
    'When it counts as ready, so that those start which depend on it; one of `http`, `output` and `completed`.',
  keys: {
    http: {
      kind: 'text',
      maxLength: 2_048,
      default: undefined,
      pattern: { form: /^\/[^\s#]*$/, rule: 'a path that begins with /' },
      description: 'Once a GET of this path brings anything but a server error.',
    },
    output: {
      kind: 'text',
      maxLength: 200,
      default: undefined,
      pattern: { form: /\S/, rule: 'a text that is not blank' },
      description: 'Once a line that it prints has this text.',
    },
    completed: {
      kind: 'flag',
      default: false,
      description: 'Once it has ended with status 0: for a step before others, such as a migration.',
    },
    timeout_seconds: integer(
      1,
      MAX_READY_SECONDS,
      DEFAULT_READY_SECONDS,
      'How long it may take; a service that is not ready then is ended, and has failed.',
    ),
  },
};

const service: SectionSetting = {
  kind: 'section',
  description: 'One service.',
  keys: {
    command: {
      kind: 'text',
      maxLength: MAX_COMMAND,
      default: undefined,
      example: 'vite',
      pattern: { form: /\S/, rule: 'a command' },
      description:
        'What starts it, as in a package script: programs of `node_modules/.bin` are found, and a shell reads what needs one. `{port}` stands for its port.',
    },
    type: {
      kind: 'text',
      maxLength: 50,
      default: undefined,
      pattern: { form: NAME, rule: NAME_RULE },
      description: "The service type; the tool's own unless given, `dev` for a tool that is not known.",
    },
    preferred_port: integer(MIN_UNPRIVILEGED_PORT, MAX_PORT, undefined, 'The port to try first; a wish.'),
    listens: {
      kind: 'flag',
      default: undefined,
      description:
        '`false` for one that opens no port, such as a worker: it gets no lease, and is ready once it runs. True unless given, but for one that completes.',
    },
    cwd: {
      kind: 'text',
      maxLength: MAX_PATH,
      default: '.',
      description: 'Where it starts: a directory of the same checkout, counted from that of this file.',
    },
    env: {
      kind: 'table',
      entryName: 'a variable',
      namePattern: VARIABLE,
      nameRule: 'letters, digits and underscores, not beginning with a digit',
      maxEntries: 200,
      entry: {
        kind: 'text',
        maxLength: MAX_VALUE,
        default: undefined,
        description: `Its value. \`\${NAME}\` is a variable of the service, such as \`\${STYXY_URL_API}\` or \`\${PORT}\`; \`$\${\` is \`\${\` itself.`,
      },
      default: {},
      description: 'Variables of its environment.',
    },
    depends_on: {
      kind: 'list',
      item: { kind: 'text', maxLength: 100, default: undefined, description: 'A service of this file.' },
      maxItems: MAX_SERVICES,
      default: [],
      description: 'The services that must be ready before it starts.',
    },
    ready,
    restart: {
      kind: 'choice',
      values: ['no', 'on-failure'],
      default: 'no',
      description:
        '`on-failure` starts it again when it ends with another status than 0, after growing pauses, five times in a row at most.',
    },
  },
};

/** The whole document. */
export const PROJECT_SCHEMA: SectionSetting = {
  kind: 'section',
  description: 'The services of a project, which `styxy up` runs together.',
  keys: {
    services: {
      kind: 'table',
      entryName: 'a service',
      namePattern: SERVICE_NAME,
      nameRule: SERVICE_NAME_RULE,
      maxEntries: MAX_SERVICES,
      entry: service,
      default: {},
      description: 'The services by their names.',
    },
  },
};
