// Owns how a JSON schema reads in a table: the name, type, bounds and meaning of each field.

export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly format?: string;
  readonly 'x-allowed'?: string;
}

export interface FieldRow {
  /** With a dot where it lies inside another field. */
  readonly name: string;
  readonly type: string;
  readonly what: string;
  readonly isRequired: boolean;
}

/** The name of the component that a schema refers to, or null. */
export function componentName(schema: Schema): string | null {
  return schema.$ref?.replace('#/components/schemas/', '') ?? null;
}

/**
 * The fields of an object's schema, those of objects inside it too.
 *
 * @param shape how a schema is shown that stands elsewhere; null for every other
 */
export function fieldRows(schema: Schema, shape: (schema: Schema) => string | null, prefix = ''): FieldRow[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const isRequired = schema.required?.includes(name) === true;
    const allowed = field['x-allowed'] === undefined ? '' : `; ${field['x-allowed']}`;
    const standard = field.default === undefined ? '' : ` (default \`${JSON.stringify(field.default)}\`)`;
    const row = {
      name: prefix + name,
      type: typeText(field, shape),
      what: `${field.description ?? ''}${allowed}${standard}`,
      isRequired,
    };
    return [row, ...fieldRows(field, shape, `${prefix}${name}.`)];
  });
}

function typeText(schema: Schema, shape: (schema: Schema) => string | null): string {
  const named = shape(schema);
  if (named !== null) return named;
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((each) => `\`${JSON.stringify(each)}\``).join(' or ');
  if (schema.anyOf !== undefined) return schema.anyOf.map((each) => typeText(each, shape)).join(' or ');
  if (schema.type === 'array') {
    const size = bounds(schema.minItems, schema.maxItems);
    return `array of${size} ${typeText(schema.items ?? {}, shape)}`;
  }
  if (schema.format === 'date-time') return 'time';
  return `${schema.type ?? 'anything'}${bounds(schema.minimum, schema.maximum)}`;
}

function bounds(from: number | undefined, to: number | undefined): string {
  if (to === undefined || to === Number.MAX_SAFE_INTEGER)
    return from === undefined || from === 0 ? '' : ` from ${from}`;
  return from === undefined ? ` up to ${to}` : ` ${from}–${to}`;
}
