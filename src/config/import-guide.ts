// Owns the import of a port guide into config.json: what differs, the text with the differences in it, and what is wrong.

import type { Config, ConfigError } from './config.ts';
import type { ConfigContext } from './config-rules.ts';
import { type ConfigEdit, editDocument } from './edit-document.ts';
import type { GuideReading } from './guide-overlay.ts';
import { parseConfig } from './parse-config.ts';
import type { GuideEntry, GuideType, PortGuide } from './port-guide.ts';

/** A field that the guide has otherwise. */
export interface FieldChange {
  readonly from: unknown;
  readonly to: unknown;
}

export interface ChangedType {
  readonly entry: GuideEntry;
  readonly changes: Readonly<Record<string, FieldChange>>;
}

export interface GuideImport {
  readonly added: readonly GuideEntry[];
  readonly changed: readonly ChangedType[];
  readonly unchanged: readonly GuideEntry[];
  /** What keeps it from being written; lines are the guide's. */
  readonly errors: readonly ConfigError[];
  /** The configuration's text with everything in it. */
  readonly text: string;
}

export type ImportOutcome =
  | { readonly kind: 'compared'; readonly result: GuideImport }
  /** The configuration itself has mistakes; lines are its own. */
  | { readonly kind: 'broken'; readonly errors: readonly ConfigError[] };

/**
 * Lays a port guide over the text of a configuration.
 *
 * @param text the present config.json
 */
export function importGuide(
  text: string,
  guide: PortGuide,
  context: ConfigContext,
  readGuide: (path: string) => GuideReading | null,
): ImportOutcome {
  const present = parseConfig(text, context, readGuide);
  if (present.errors.length > 0) return { kind: 'broken', errors: present.errors };
  const added: GuideEntry[] = [];
  const changed: ChangedType[] = [];
  const unchanged: GuideEntry[] = [];
  const edits: ConfigEdit[] = [];
  for (const entry of guide.entries) {
    const { name, type } = entry;
    const changes = changesOf(present.config, name, type);
    if (changes === null) {
      added.push(entry);
      edits.push({ path: ['service_types', name], value: type });
      continue;
    }
    const fields = Object.entries(changes);
    if (fields.length === 0) unchanged.push(entry);
    else changed.push({ entry, changes });
    for (const [field, { to }] of fields) edits.push({ path: ['service_types', name, field], value: to });
  }
  const edited = editDocument(text, edits) ?? text;
  const mistakes = guide.mistakes.map(({ line, message }) => ({ line, column: 1, path: '', message }));
  const rules = parseConfig(edited, context, readGuide).errors.map((error) => placed(error, guide));
  return {
    kind: 'compared',
    result: { added, changed, unchanged, errors: [...mistakes, ...rules], text: edited },
  };
}

/** What of a type the guide has otherwise; null when there is no such type. */
function changesOf(
  config: Config,
  name: string,
  type: GuideType,
): Readonly<Record<string, FieldChange>> | null {
  const known = new Map(Object.entries(config.service_types)).get(name);
  if (known === undefined) return null;
  const before = new Map<string, unknown>(Object.entries(known));
  const changes = Object.entries(type)
    .filter(([field, to]) => JSON.stringify(before.get(field)) !== JSON.stringify(to))
    .map(([field, to]) => [field, { from: before.get(field), to }] as const);
  return Object.fromEntries(changes);
}

/** A mistake of the configuration that would be, at the line of the guide that would make it. */
function placed(error: ConfigError, guide: PortGuide): ConfigError {
  const [, name] = /^service_types\.([^.[]+)/.exec(error.path) ?? [];
  const line = guide.entries.find((entry) => entry.name === name)?.line ?? 0;
  return { ...error, line, column: line === 0 ? 0 : 1 };
}
