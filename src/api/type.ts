// Owns the constructors of schemas: TypeBox's types at compile time, plain JSON Schema and nothing to load at run time.
//
// TypeBox itself would take a tenth of the daemon's start, for a machinery of which only these few are used.

import type * as T from 'typebox';

type Options = Readonly<Record<string, unknown>>;

/** Marks schemas of fields that may be left out; a symbol, so that no document shows it. */
const OPTIONAL = Symbol('optional');

export const string = (options: Options = {}): T.TString => make<T.TString>({ type: 'string', ...options });

export const integer = (options: Options = {}): T.TInteger =>
  make<T.TInteger>({ type: 'integer', ...options });

export const number = (options: Options = {}): T.TNumber => make<T.TNumber>({ type: 'number', ...options });

export const boolean = (options: Options = {}): T.TBoolean =>
  make<T.TBoolean>({ type: 'boolean', ...options });

export const nil = (): T.TNull => make<T.TNull>({ type: 'null' });

export const unknown = (): T.TUnknown => make<T.TUnknown>({});

export const literal = <const Value extends string | boolean>(
  value: Value,
  options: Options = {},
): T.TLiteral<Value> => make<T.TLiteral<Value>>({ type: typeof value, const: value, ...options });

export const union = <Types extends T.TSchema[]>(types: [...Types], options: Options = {}): T.TUnion<Types> =>
  make<T.TUnion<Types>>({ anyOf: types, ...options });

export const array = <Item extends T.TSchema>(items: Item, options: Options = {}): T.TArray<Item> =>
  make<T.TArray<Item>>({ type: 'array', items, ...options });

export const record = <Value extends T.TSchema>(
  value: Value,
  options: Options = {},
): T.TRecord<'^.*$', Value> =>
  make<T.TRecord<'^.*$', Value>>({ type: 'object', additionalProperties: value, ...options });

export const optional = <Schema extends T.TSchema>(schema: Schema): T.TOptional<Schema> =>
  make<T.TOptional<Schema>>({ ...(schema as Options), [OPTIONAL]: true });

export const object = <const Properties extends T.TProperties>(
  properties: Properties,
  options: Options = {},
): T.TObject<Properties> => {
  const required = Object.keys(properties).filter((name) => !(OPTIONAL in (properties[name] ?? {})));
  return make<T.TObject<Properties>>({
    type: 'object',
    ...(required.length === 0 ? {} : { required }),
    properties,
    ...options,
  });
};

function make<Schema extends T.TSchema>(schema: Options & { readonly [OPTIONAL]?: true }): Schema {
  return schema as unknown as Schema;
}
