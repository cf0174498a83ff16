// Owns how a port guide lies over the shipped configuration: its values, and its mistakes as mistakes of config.json.

import type { Node } from 'jsonc-parser';
import type { Config, ServiceTypeConfig } from './config.ts';
import { shippedConfig } from './config-schema.ts';
import type { PortGuide } from './port-guide.ts';
import type { Place, Reading } from './setting-reader.ts';

/** A port guide that a configuration names, or why there is none. */
export type GuideReading =
  | {
      readonly kind: 'guide';
      readonly file: string;
      readonly guide: PortGuide;
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'unreadable'; readonly message: string; readonly warnings: readonly string[] };

const NEW_TYPE: Omit<ServiceTypeConfig, 'range'> = {
  preferred_ports: [],
  instance_behavior: 'multi',
  description: '',
  examples: [],
  avoid: [],
};

/**
 * The shipped configuration with the guide's types over it.
 *
 * @param reading gets the places of the guide's values, and its mistakes
 * @param node the value of `port_guide`, which is where the guide's mistakes are told
 */
export function overlayGuide(reading: Reading, node: Node, read: GuideReading): Config {
  const shipped = shippedConfig();
  const fail = (message: string): void => {
    reading.errors.push(reading.document.errorAt(node, 'port_guide', message));
  };
  if (read.kind === 'unreadable') {
    fail(read.message);
    return shipped;
  }
  for (const { line, message } of read.guide.mistakes) fail(`${read.file}:${line}: ${message}`);
  const types = new Map(Object.entries(shipped.service_types));
  read.guide.entries.forEach(({ name, line, type }, index) => {
    types.set(name, { ...(types.get(name) ?? NEW_TYPE), ...type });
    const place = (value: unknown): Place => ({
      source: 'port_guide',
      // Before everything that the file itself names.
      order: index - read.guide.entries.length,
      value,
      error: (message) => reading.document.errorAt(node, 'port_guide', `${read.file}:${line}: ${message}`),
    });
    for (const [key, value] of Object.entries(type))
      reading.places.set(`service_types.${name}.${key}`, place(value));
  });
  return { ...shipped, service_types: Object.fromEntries(types) };
}
