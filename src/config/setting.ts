// Owns the kinds of settings: what a value of each may be, as data that reading, reference and JSON Schema are made from.

interface Described {
  /** One sentence for the reference. */
  readonly description: string;
}

export interface IntegerSetting extends Described {
  readonly kind: 'integer';
  readonly min: number;
  readonly max: number;
  /** Undefined where leaving it out means something of its own. */
  readonly default: number | undefined;
}

export interface FlagSetting extends Described {
  readonly kind: 'flag';
  /** Undefined where leaving it out means something of its own. */
  readonly default: boolean | undefined;
}

export interface TextSetting extends Described {
  readonly kind: 'text';
  readonly maxLength: number;
  /** Undefined where leaving it out means something of its own. */
  readonly default: string | undefined;
  /** What it must look like, and the same in words. */
  readonly pattern?: { readonly form: RegExp; readonly rule: string };
  /** Where it must not be left out: one that is right. */
  readonly example?: string;
}

export interface ChoiceSetting extends Described {
  readonly kind: 'choice';
  readonly values: readonly string[];
  /** Undefined where leaving it out means something of its own. */
  readonly default: string | undefined;
}

/** Two ports, first and last, both included. It has no default: a new entry must name it. */
export interface RangeSetting extends Described {
  readonly kind: 'range';
  readonly min: number;
  readonly max: number;
}

/** Values without repetition. */
export interface ListSetting extends Described {
  readonly kind: 'list';
  readonly item: IntegerSetting | TextSetting;
  readonly maxItems: number;
  readonly default: readonly (number | string)[];
}

/** A fixed set of keys. */
export interface SectionSetting extends Described {
  readonly kind: 'section';
  readonly keys: Readonly<Record<string, Setting>>;
}

/** Entries under names of the user's choice, laid over the shipped ones. */
export interface TableSetting extends Described {
  readonly kind: 'table';
  /** What an entry's name is, as in "a service type". */
  readonly entryName: string;
  readonly namePattern: RegExp;
  /** What `namePattern` demands, in words. */
  readonly nameRule: string;
  readonly maxEntries: number;
  readonly entry: Setting;
  readonly default: Readonly<Record<string, unknown>>;
}

export type Setting =
  | IntegerSetting
  | FlagSetting
  | TextSetting
  | ChoiceSetting
  | RangeSetting
  | ListSetting
  | SectionSetting
  | TableSetting;

export function integer(
  min: number,
  max: number,
  fallback: number | undefined,
  description: string,
): IntegerSetting {
  return { kind: 'integer', min, max, default: fallback, description };
}

/** What a setting that must not be left out may look like, as JSON; null for one that may. */
export function exampleOf(setting: Setting): string | null {
  if (setting.kind === 'range') return '[12000, 12049]';
  return setting.kind === 'text' && setting.example !== undefined ? JSON.stringify(setting.example) : null;
}

/** The default of a setting; undefined for a range and whatever else has none. */
export function defaultOf(setting: Setting): unknown {
  if (setting.kind === 'range') return undefined;
  if (setting.kind !== 'section') return setting.default;
  return definedEntries(Object.entries(setting.keys).map(([key, inner]) => [key, defaultOf(inner)]));
}

/** The object of those entries that have a value. */
export function definedEntries(entries: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  return Object.fromEntries([...entries].filter(([, value]) => value !== undefined));
}
