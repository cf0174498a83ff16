// Owns the reference page of the configuration, made from the schema of config.json and the shipped catalogue.

import { CONFIG_SCHEMA, CONFIG_SCHEMA_URL } from '../../src/config/config-schema.ts';
import type { SectionSetting, Setting } from '../../src/config/setting.ts';
import {
  BROWSER_BLOCKED_PORTS,
  SHIPPED_SERVICE_TYPES,
  SHIPPED_TEMPLATES,
} from '../../src/config/shipped-catalogue.ts';
import { MIN_UNPRIVILEGED_PORT } from '../../src/core/port-range.ts';
import { code, fence, page, table } from './markdown.ts';

/** What the page shows of a file; a test reads it as the daemon would. */
export const EXAMPLE = `{
  "$schema": "${CONFIG_SCHEMA_URL}",
  // Comments and trailing commas are allowed.
  "service_types": {
    "grpc": { "range": [12000, 12049], "preferred_ports": [12000], "instance_behavior": "multi" },
    "dev": { "range": [3000, 3049] },
  },
  "terms": { "lease_ttl_seconds": 1800 },
}`;

/** What the page shows of a port guide; a test reads it as the daemon would. */
export const GUIDE_EXAMPLE = `| Service type | Range       | Preferred ports | Description |
|--------------|-------------|-----------------|-------------|
| grpc         | 12000-12049 | 12000, 12001    | Calls       |

- **queue** (12050–12099): message queues

### Search
Range: 12100 to 12149`;

/** What the page shows of a placement module; a test asks it as the daemon would. */
export const PLACEMENT_EXAMPLE = `// Teams begin at every thousand: crm-web and crm-api lie together, above 21000.
const TEAMS = { crm: 21000, shop: 22000 };

module.exports = ({ type, starts }) => {
  const from = TEAMS[type.split('-')[0]];
  if (from === undefined) return null; // no wish: as \`after\`
  const hole = starts.find(({ end }) => end >= from);
  return hole === undefined ? null : Math.max(hole.start, from);
};`;

export function renderConfiguration(): string {
  const types = Object.entries(SHIPPED_SERVICE_TYPES);
  const ports = types.reduce((sum, [, { range }]) => sum + range[1] - range[0] + 1, 0);
  const blocked = BROWSER_BLOCKED_PORTS.filter((port) => port >= MIN_UNPRIVILEGED_PORT);
  return page('Configuration', [
    '`config.json` in `STYXY_HOME` is JSON with comments. Everything in it may be left out; what it says is laid over the shipped ' +
      'values field by field. `styxy config show` prints what is in effect and where it comes from, `styxy config validate` every ' +
      'mistake of the file, each with its line, its column and the remedy.',
    fence('jsonc', EXAMPLE),
    'By the key `$schema` editors find the [JSON Schema](../../schema/config.schema.json) of the file: they complete its keys and mark ' +
      'its mistakes. The package has it too, as `schema/config.schema.json`.',
    'A change counts within two seconds, without a restart of the daemon; only `store.synchronous` waits for one. Leases stay, also those ' +
      'of a type that went: their ports are leased until they are released or their term is over.',
    '## Port guides',
    'A port guide is the document in which a team keeps its ranges. As `port_guide` in `config.json` it is read at the start and followed ' +
      'like the file itself; its types stand over the shipped ones and below those of `config.json`, and `styxy config show` names it as their ' +
      'source. `styxy config import FILE` compares a guide with the configuration, and with `--apply` writes the differences into it.',
    fence('markdown', GUIDE_EXAMPLE),
    'In Markdown a name with its range is found in tables, lists, headings, lines such as `Range: 3000-3099` below a heading, and fenced text, ' +
      'YAML or JSON with `service_types`; beside it preferred ports, a description, instances (`multi` or `single`), examples and ports to ' +
      'avoid. A name becomes that of a service type: `Message Queue` is `message-queue`, and what is marked as code is taken as it is. JSON may have ' +
      'the form of `config.json`, or be a list or an object of types. A range that cannot be one is a mistake; what looks like a range and belongs ' +
      'to no name is a note, each with its line.',
    '## A placement of your own',
    'With `"auto_allocation": {"placement": "module", "placement_module": "placement.js"}`, or with that `placement` in a rule, a script of yours ' +
      'chooses where an automatic range begins.',
    fence('js', PLACEMENT_EXAMPLE),
    'It is given `type` (the name), `size` (how many ports), `bounds` (`{start, end}`), `ranges` (all there are, as ' +
      '`{type, start, end, automatic}`) and `starts`, wherever a range of that size may begin, as `[{start, end}]`, ascending. It answers one of ' +
      'these ports, or null where it has no wish. Anything else is not followed: the range is made as by `after`, and `styxy status` says why.',
    'The file is followed like `config.json`. It must belong to you, and neither it nor its directory may be writable by others. It is asked in a ' +
      'thread of its own that knows no modules, files, network, clock or chance, and has one second and 32 MB; a script that does not answer is not ' +
      'asked again until it changes. It may not have the word `import`, not even in a comment. The daemon alone runs it: `styxy config validate` and ' +
      '`styxy doctor` look at its owner, mode and syntax.',
    '## Mistakes',
    'With a mistake in the file, or in the port guide that it names, the daemon serves on the last configuration that was right, else on ' +
      'the shipped one, and leaves the file as it is. What of the former no longer fits the port of the daemon or those of the system is left ' +
      'out. `styxy status` says so, and why. These are mistakes: syntax that is no JSON, a key that ' +
      'there is not, a key that is there twice, a value of another type or out of its bounds; a range that overlaps another, leaves ' +
      '1024–65535, holds ports that the system hands out by itself, or the port of Styxy itself; a port of a type outside its range.',
    '## Settings',
    table(['Setting', 'Value', 'Default', 'What'], settingRows(CONFIG_SCHEMA, '')),
    '## Service types',
    `${types.length} types with ${ports.toLocaleString('en')} ports are shipped.`,
    table(
      ['Type', 'Ports', 'Tried first', 'For'],
      types.map(
        ([
          name,
          { range, preferred_ports: preferred, instance_behavior: behavior, description, examples },
        ]) => [
          `\`${name}\`${behavior === 'single' ? ' (one on the machine)' : ''}`,
          range.join('–'),
          preferred.join(', '),
          examples.length === 0 ? description : `${description}: ${examples.join(', ')}`,
        ],
      ),
    ),
    `Never granted for TCP, because browsers refuse them: ${blocked.join(', ')}. Never granted at all: the daemon’s own port.`,
    '## Templates',
    'An instance of a template starts its search so many places into the preferred ports. It is a preference, never an exclusion.',
    table(
      ['Template', 'Shift'],
      Object.entries(SHIPPED_TEMPLATES).map(([name, shift]) => [code(name), String(shift)]),
    ),
  ]);
}

function settingRows(section: SectionSetting, prefix: string): string[][] {
  return Object.entries(section.keys).flatMap(([key, setting]) => rowsOf(`${prefix}${key}`, setting));
}

function rowsOf(path: string, setting: Setting): string[][] {
  if (setting.kind === 'section') {
    return [[code(path), 'section', '', setting.description], ...settingRows(setting, `${path}.`)];
  }
  const row = [code(path), valueText(setting), defaultText(setting), setting.description];
  if (setting.kind !== 'table') return [row];
  return [row, ...rowsOf(`${path}.NAME`, setting.entry)];
}

function valueText(setting: Setting): string {
  switch (setting.kind) {
    case 'integer':
      return `integer ${setting.min}–${setting.max}`;
    case 'flag':
      return '`true` or `false`';
    case 'text':
      return `text, ${setting.maxLength} characters at most`;
    case 'choice':
      return setting.values.map((value) => `\`${JSON.stringify(value)}\``).join(' or ');
    case 'range':
      return `\`[first, last]\` within ${setting.min}–${setting.max}`;
    case 'list':
      return `array of ${valueText(setting.item)}, ${setting.maxItems} at most`;
    case 'table':
      return `object by name, ${setting.maxEntries} entries at most`;
    case 'section':
      return 'section';
  }
}

function defaultText(setting: Setting): string {
  if (setting.kind === 'range' || setting.kind === 'section') return '';
  if (setting.default === undefined) return 'as in general';
  const hasTable = setting.default === SHIPPED_SERVICE_TYPES || setting.default === SHIPPED_TEMPLATES;
  return hasTable ? 'see below' : code(JSON.stringify(setting.default));
}
