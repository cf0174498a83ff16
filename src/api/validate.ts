// Owns the check of untrusted data against a schema, with messages for people: the field, what is allowed, what came.

import { closest, distance } from 'fastest-levenshtein';
import type { Static, TObject, TSchema } from 'typebox';
import { StyxyError } from '../errors.ts';

/** The keywords that our schemas use; the check knows no others. */
interface Keywords {
  readonly type?: string;
  readonly const?: unknown;
  readonly anyOf?: readonly Keywords[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly items?: Keywords;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Keywords>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly 'x-allowed'?: string;
  readonly 'x-max-bytes'?: number;
}

/** What is wrong with a value; `field` is its path, empty for the whole. */
interface Fault {
  readonly field: string;
  readonly message: string;
}
type Check = (value: unknown, field: string) => Fault | null;

/**
 * Compiles a schema into a parser.
 *
 * @param what what the whole is called in messages, such as "The body"
 * @returns a function that returns its argument when it fits, null counting as left out for optional fields;
 *   it throws StyxyError INVALID_REQUEST with `field` otherwise
 */
export function parserOf<S extends TSchema>(schema: S, what: string): (value: unknown) => Static<S> {
  const check = compile(schema as Keywords, what);
  return (value) => {
    const fault = check(value, '');
    if (fault !== null) throw invalid(fault.message, fault.field);
    return value as Static<S>;
  };
}

/**
 * Compiles the schema of a query or of path parameters, whose values arrive as text.
 *
 * @returns a function that turns texts into numbers and booleans where the schema has these, and checks them;
 *   it throws StyxyError INVALID_REQUEST with `field`
 */
export function textParserOf<S extends TObject>(
  schema: S,
  what: string,
): (texts: Readonly<Record<string, unknown>>) => Static<S> {
  const parse = parserOf(schema, what);
  const properties = schema.properties as Readonly<Record<string, Keywords>>;
  return (texts) => {
    let values: Record<string, unknown> | null = null;
    for (const name of Object.keys(texts)) {
      const text = texts[name];
      if (Array.isArray(text))
        throw invalid(`\`${name}\` was given ${text.length} times, once is allowed`, name);
      const value = fromText(Object.hasOwn(properties, name) ? properties[name]?.type : undefined, text);
      if (value === text) continue;
      // Without a prototype, so that `__proto__` is a name like any other, and an unknown one.
      values ??= Object.assign(Object.create(null) as Record<string, unknown>, texts);
      values[name] = value;
    }
    return parse(values ?? texts);
  };
}

/** An INVALID_REQUEST that names a field. */
export function invalid(message: string, field: string): StyxyError {
  return new StyxyError('INVALID_REQUEST', message, field === '' ? {} : { fields: { field } });
}

/** A value as a message shows it: short, and without a character that a terminal would obey. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = printable(JSON.stringify(typeof value === 'string' ? value.slice(0, 60) : value));
  return typeof value === 'string' && value.length > 60 ? `${text}… (${value.length} characters)` : text;
}

/** The text without a character that a terminal would obey or that turns the direction of writing. */
export function printable(text: string): string {
  return text.replaceAll(
    /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function fromText(type: string | undefined, text: unknown): unknown {
  if (typeof text !== 'string') return text;
  if (type === 'integer' && /^(?:0|[1-9]\d{0,15})$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function compile(schema: Keywords, what: string): Check {
  if (schema.anyOf !== undefined) return oneOf(schema.anyOf);
  switch (schema.type) {
    case 'string':
      return stringCheck(schema);
    case 'integer':
      return integerCheck(schema);
    case 'boolean':
      return (value, field) => (typeof value === 'boolean' ? null : wrong(field, 'true or false', value));
    case 'array':
      return arrayCheck(schema, what);
    case 'object':
      return schema.properties === undefined ? recordCheck(schema) : objectCheck(schema, what);
    default:
      throw new Error(`a schema of type ${schema.type} cannot be checked`);
  }
}

function oneOf(choices: readonly Keywords[]): Check {
  const values: readonly unknown[] = choices.map((choice) => choice.const);
  const named = values.map((value) => JSON.stringify(value)).join(' or ');
  return (value, field) => (values.includes(value) ? null : wrong(field, named, value));
}

function stringCheck(schema: Keywords): Check {
  const pattern = schema.pattern === undefined ? null : new RegExp(schema.pattern, 'u');
  const maxBytes = schema['x-max-bytes'] ?? Number.POSITIVE_INFINITY;
  const allowed = schema['x-allowed'] ?? 'text';
  return (value, field) => {
    if (typeof value !== 'string') return wrong(field, allowed, value);
    if (pattern !== null && !pattern.test(value)) return wrong(field, allowed, value);
    // No UTF-8 is longer than three bytes for each unit of UTF-16, so that most texts need not be measured.
    if (value.length * 3 > maxBytes && Buffer.byteLength(value) > maxBytes)
      return wrong(field, allowed, value);
    return null;
  };
}

function integerCheck(schema: Keywords): Check {
  const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER } = schema;
  const allowed = `an integer from ${minimum} to ${maximum}`;
  return (value, field) =>
    typeof value === 'number' && Number.isInteger(value) && value >= minimum && value <= maximum
      ? null
      : wrong(field, allowed, value);
}

function arrayCheck(schema: Keywords, what: string): Check {
  const { minItems = 0, maxItems = Number.MAX_SAFE_INTEGER } = schema;
  const check = schema.items === undefined ? null : compile(schema.items, what);
  return (value, field) => {
    if (!Array.isArray(value)) return wrong(field, `an array of ${minItems} to ${maxItems}`, value);
    if (value.length < minItems || value.length > maxItems) {
      return {
        field,
        message: `\`${field}\` has ${value.length} elements, ${minItems} to ${maxItems} are allowed`,
      };
    }
    for (let index = 0; check !== null && index < value.length; index++) {
      const fault = check(value[index], `${field}[${index}]`);
      if (fault !== null) return fault;
    }
    return null;
  };
}

function recordCheck(schema: Keywords): Check {
  const maxBytes = schema['x-max-bytes'] ?? Number.POSITIVE_INFINITY;
  return (value, field) => {
    if (!isObject(value)) return wrong(field, 'an object', value);
    const bytes = Buffer.byteLength(JSON.stringify(value));
    if (bytes > maxBytes) {
      return { field, message: `\`${field}\` is ${bytes} bytes of JSON, ${maxBytes} are allowed` };
    }
    return null;
  };
}

function objectCheck(schema: Keywords, what: string): Check {
  const checks = new Map<string, Check>();
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    checks.set(name, compile(property, what));
  }
  const required = schema.required ?? [];
  return (value, field) => {
    if (!isObject(value)) {
      const subject = field === '' ? what : `\`${field}\``;
      return { field, message: `${subject} must be a JSON object, got ${shown(value)}` };
    }
    for (const name of required) {
      if (value[name] === undefined) {
        return {
          field: join(field, name),
          message: `\`${join(field, name)}\` is missing, and it is required`,
        };
      }
    }
    for (const name of Object.keys(value)) {
      const check = checks.get(name);
      if (check === undefined) {
        // What somebody else's program says of itself may have any field.
        if (schema.additionalProperties === true) continue;
        return unknownField(field, name, [...checks.keys()], what);
      }
      const given = value[name];
      if (given === null && !required.includes(name)) continue;
      if (given === undefined) continue;
      const fault = check(given, join(field, name));
      if (fault !== null) return fault;
    }
    return null;
  };
}

function unknownField(field: string, name: string, known: readonly string[], what: string): Fault {
  const path = join(field, name);
  const nearest = known.length === 0 ? null : closest(name, known);
  const remedy =
    nearest === null
      ? `${what} has no fields`
      : distance(name, nearest) <= Math.max(2, name.length / 3)
        ? `did you mean \`${nearest}\`?`
        : `known are ${known.join(', ')}`;
  return { field: path, message: `Unknown field ${shown(path)}; ${remedy}` };
}

function wrong(field: string, allowed: string, value: unknown): Fault {
  return { field, message: `\`${field}\` must be ${allowed}; got ${shown(value)}` };
}

function join(field: string, name: string): string {
  return field === '' ? name : `${field}.${name}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
