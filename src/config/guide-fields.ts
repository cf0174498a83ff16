// Owns the fields of a service type under the words that guides have for them, in keys, columns and JSON alike.

import type { PortRange } from '../core/port-range.ts';
import { descriptionIn, plainText, portsIn, rangesIn } from './guide-text.ts';

export type GuideField =
  | 'name'
  | 'range'
  | 'start'
  | 'end'
  | 'preferred_ports'
  | 'instance_behavior'
  | 'examples'
  | 'avoid'
  | 'description';

/** What a guide says of one service type; nothing is checked yet. */
export interface GuideFields {
  range?: PortRange;
  preferred_ports?: readonly number[];
  instance_behavior?: 'multi' | 'single';
  description?: string;
  examples?: readonly string[];
  avoid?: readonly number[];
}

/** The more telling word of two comes first. */
const WORDS: readonly (readonly [GuideField, RegExp])[] = [
  [
    'preferred_ports',
    /^(?:preferred|defaults?|favou?rites?|usual)(?: ports?)?$|^first choices?$|^ports? to prefer$/,
  ],
  ['avoid', /^(?:avoid|avoided|never)(?: ports?)?$|^ports? to avoid$/],
  ['range', /^(?:(?:port|ports) )?ranges?$|^ports?(?: numbers?)?$|^allocated ports$/],
  ['start', /^(?:range )?(?:start|from|first|begin|low|min)(?: port)?$|^port start$/],
  ['end', /^(?:range )?(?:end|to|last|high|max)(?: port)?$|^port end$/],
  [
    'name',
    /^service types?$|^types?$|^services?(?: name)?$|^type name$|^names?$|^categor(?:y|ies)$|^components?$|^apps?$|^applications?$/,
  ],
  ['instance_behavior', /^instances?(?: behaviou?r)?$|^behaviou?r$|^mode$|^multiplicity$/],
  ['examples', /(?:^|\s)(?:examples?|tools?|programs?|frameworks?)$|^e g$/],
  [
    'description',
    /^descriptions?$|^for$|^purpose$|^use[ds]?(?: for| by)?$|^usage$|^notes?$|^comments?$|^what$|^use cases?$/,
  ],
];

/** The field that a key, a column's title or a JSON key means; null for any other word. */
export function fieldOf(text: string): GuideField | null {
  const word = plainText(text)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/\([^()]{0,60}\)/g, '')
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
  return WORDS.find(([, pattern]) => pattern.test(word))?.[0] ?? null;
}

/** Reads the text of a field into `fields`; what is no value of the field is left out. */
export function readField(fields: GuideFields, field: GuideField, text: string): void {
  switch (field) {
    case 'range': {
      const [range, ...more] = rangesIn(plainText(text));
      if (range !== undefined && more.length === 0) fields.range = { start: range.start, end: range.end };
      break;
    }
    case 'preferred_ports':
    case 'avoid': {
      const ports = portsIn(text);
      if (ports.length > 0) fields[field] = ports;
      break;
    }
    case 'instance_behavior': {
      const behaviour = /\b(?:single|singleton|one|multi|multiple|many)\b/i.exec(text)?.[0].toLowerCase();
      if (behaviour !== undefined)
        fields.instance_behavior = /^(?:s|one)/.test(behaviour) ? 'single' : 'multi';
      break;
    }
    case 'examples': {
      const examples = plainText(text)
        .split(/[,;]/)
        .map((each) => descriptionIn(each))
        .filter((each) => each !== '' && each.length <= 60);
      if (examples.length > 0) fields.examples = [...new Set(examples)].slice(0, 20);
      break;
    }
    case 'description': {
      const description = descriptionIn(text);
      if (description !== '') fields.description = description;
      break;
    }
    case 'name':
    case 'start':
    case 'end':
      break;
    default:
      field satisfies never;
  }
}

/** The fields that stand behind a range in the same line: preferred ports, and what is left as the description. */
export function readRest(fields: GuideFields, text: string): void {
  if (/\b(?:singleton|single[- ]instance|one[- ]instance|one per machine)\b/i.test(text))
    fields.instance_behavior = 'single';
  const preferred = /\b(?:preferred|prefer|defaults?)\b[^\d]{0,20}(?=\d)/i.exec(text);
  if (preferred === null) {
    readField(fields, 'description', text);
    return;
  }
  const from = preferred.index + preferred[0].length;
  const behind = /[^\d\s,/&]/.exec(
    text.slice(from).replace(/\b(?:and|or)\b/g, (word) => ' '.repeat(word.length)),
  );
  const to = behind === null ? text.length : from + behind.index;
  readField(fields, 'preferred_ports', text.slice(from, to));
  const rest = `${text.slice(0, preferred.index)} ${text.slice(to)}`;
  readField(fields, 'description', rest.replace(/\([\s.,;]{0,20}\)/g, ' '));
}
