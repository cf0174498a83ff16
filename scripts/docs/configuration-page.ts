// Owns the reference page of the configuration, made from the schema of config.json and the shipped catalogue.

import { CONFIG_SCHEMA, type SectionSetting, type Setting } from '../../src/config/config-schema.ts';
import {
  BROWSER_BLOCKED_PORTS,
  SHIPPED_SERVICE_TYPES,
  SHIPPED_TEMPLATES,
} from '../../src/config/shipped-catalogue.ts';
import { MIN_UNPRIVILEGED_PORT } from '../../src/core/port-range.ts';
import { code, fence, page, table } from './markdown.ts';

/** What the page shows of a file; a test reads it as the daemon would. */
export const EXAMPLE = `{
  // Comments and trailing commas are allowed.
  "service_types": {
    "grpc": { "range": [12000, 12049], "preferred_ports": [12000], "instance_behavior": "multi" },
    "dev": { "range": [3000, 3049] },
  },
  "terms": { "lease_ttl_seconds": 1800 },
}`;

export function renderConfiguration(): string {
  const types = Object.entries(SHIPPED_SERVICE_TYPES);
  const ports = types.reduce((sum, [, { range }]) => sum + range[1] - range[0] + 1, 0);
  const blocked = BROWSER_BLOCKED_PORTS.filter((port) => port >= MIN_UNPRIVILEGED_PORT);
  return page('Configuration', [
    '`config.json` in `STYXY_HOME` is JSON with comments. Everything in it may be left out; what it says is laid over the shipped ' +
      'values field by field. With a broken file the daemon serves on its last good configuration, else on the shipped one, and leaves ' +
      'the file as it is. `styxy config show` prints what is in effect, where it comes from, and the mistakes of the file, each with its line.',
    fence('jsonc', EXAMPLE),
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
  return setting.kind === 'table' ? 'see below' : code(JSON.stringify(setting.default));
}
