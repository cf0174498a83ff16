// Owns the JSON Schemas of config.json and of files like it, by which editors complete them and mark their mistakes.

import { CONFIG_SCHEMA, CONFIG_SCHEMA_URL } from './config-schema.ts';
import { exampleOf, type SectionSetting, type Setting, type TableSetting } from './setting.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The schema of config.json. */
export function configJsonSchema(): JsonSchema {
  return fileJsonSchema(CONFIG_SCHEMA, "Styxy's config.json", CONFIG_SCHEMA_URL);
}

/**
 * The schema of a file as a document of draft 7, which every editor knows. What holds between values, such as that no two
 * ranges overlap, it cannot say; reading the file can.
 */
export function fileJsonSchema(file: SectionSetting, title: string, id: string): JsonSchema {
  const root = sectionSchema(file);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: id,
    title,
    // Read by editors that would take the file for JSON without comments.
    allowComments: true,
    allowTrailingCommas: true,
    ...root,
    properties: { $schema: { type: 'string', description: 'Where this schema is.' }, ...root.properties },
  };
}

function schemaOf(setting: Setting): JsonSchema {
  const { description } = setting;
  switch (setting.kind) {
    case 'section':
      return sectionSchema(setting);
    case 'table':
      return tableSchema(setting);
    case 'integer':
      return withDefault(setting, {
        type: 'integer',
        minimum: setting.min,
        maximum: setting.max,
        description,
      });
    case 'flag':
      return withDefault(setting, { type: 'boolean', description });
    case 'text':
      return withDefault(setting, {
        type: 'string',
        maxLength: setting.maxLength,
        ...(setting.pattern === undefined ? {} : { pattern: setting.pattern.form.source }),
        description,
      });
    case 'choice':
      return withDefault(setting, { enum: setting.values, description });
    case 'list': {
      return withDefault(setting, {
        type: 'array',
        items: { ...schemaOf(setting.item), default: undefined },
        maxItems: setting.maxItems,
        uniqueItems: true,
        description,
      });
    }
    case 'range': {
      const port = { type: 'integer', minimum: setting.min, maximum: setting.max };
      return { type: 'array', items: port, minItems: 2, maxItems: 2, description };
    }
  }
}

function sectionSchema(section: SectionSetting): JsonSchema & { readonly properties: JsonSchema } {
  return {
    type: 'object',
    description: section.description,
    properties: Object.fromEntries(
      Object.entries(section.keys).map(([key, inner]) => [key, schemaOf(inner)]),
    ),
    additionalProperties: false,
  };
}

/** The shipped names are listed, so that editors complete them; what a new entry must have, a shipped one has already. */
function tableSchema(table: TableSetting): JsonSchema {
  const entry = schemaOf(table.entry);
  const shipped = Object.entries(table.default).map(([name, value]) => [name, { ...entry, default: value }]);
  return {
    type: 'object',
    description: table.description,
    propertyNames: { pattern: table.namePattern.source },
    maxProperties: table.maxEntries,
    properties: Object.fromEntries(shipped),
    additionalProperties: { ...entry, ...requiredOf(table.entry) },
  };
}

function requiredOf(entry: Setting): JsonSchema {
  if (entry.kind !== 'section') return {};
  const required = Object.entries(entry.keys).filter(([, inner]) => exampleOf(inner) !== null);
  return required.length === 0 ? {} : { required: required.map(([key]) => key) };
}

function withDefault(setting: { readonly default: unknown }, schema: JsonSchema): JsonSchema {
  return setting.default === undefined ? schema : { ...schema, default: setting.default };
}
