// Owns the making of a port guide out of what is found in a document: each name once, checked, what is wrong noted.

import { contains, MAX_PORT, MIN_UNPRIVILEGED_PORT, type PortRange } from '../core/port-range.ts';
import type { GuideFields } from './guide-fields.ts';
import type { GuideEntry, GuideNote, PortGuide } from './port-guide.ts';

/** More than a machine has ports for. */
const MAX_ENTRIES = 500;
const MAX_NOTES = 500;
const MAX_QUOTED_LENGTH = 120;

interface Draft {
  readonly line: number;
  readonly fields: GuideFields;
}

/** Takes what is found in a document, and makes a guide of it. */
export interface GuideBuilder {
  /** Takes what is said of a type; of two sayings that agree the second one adds what the first one leaves out. */
  add(name: string, line: number, fields: GuideFields): void;
  mistake(line: number, message: string): void;
  /** Notes a line that has something like a range in it, and why it does not count. */
  skip(line: number, text: string, reason: string): void;
  /** What was found; types without a range are left out. */
  finish(): PortGuide;
}

export function createGuideBuilder(): GuideBuilder {
  const drafts = new Map<string, Draft>();
  const mistakes: GuideNote[] = [];
  const notUnderstood: GuideNote[] = [];

  const mistake = (line: number, message: string): void => {
    if (mistakes.length < MAX_NOTES) mistakes.push({ line, message });
  };
  const skip = (line: number, text: string, reason: string): void => {
    const quoted = text.trim().slice(0, MAX_QUOTED_LENGTH);
    if (notUnderstood.length < MAX_NOTES) notUnderstood.push({ line, message: `${reason}: ${quoted}` });
  };
  return {
    mistake,
    skip,
    add: (name, line, fields) => {
      const former = drafts.get(name);
      if (former === undefined) {
        if (drafts.size < MAX_ENTRIES) drafts.set(name, { line, fields: { ...fields } });
        else mistake(line, `more than ${MAX_ENTRIES} service types`);
        return;
      }
      const { range } = fields;
      const known = former.fields.range;
      if (range === undefined || known === undefined || isSame(range, known))
        Object.assign(former.fields, { ...fields, ...former.fields });
      else if (contains(known, range.start) && contains(known, range.end))
        skip(line, shown(range), `a part of the range of "${name}" in line ${former.line}`);
      else {
        const where = `${shown(range)} here and ${shown(known)} in line ${former.line}`;
        mistake(line, `"${name}" has ${where}; keep one of them`);
      }
    },
    finish: () => {
      const entries: GuideEntry[] = [];
      for (const [name, { line, fields }] of drafts) {
        const { range, ...rest } = fields;
        if (range === undefined) continue;
        const fault = faultOf(name, range, rest);
        if (fault === null) entries.push({ name, line, type: { range: [range.start, range.end], ...rest } });
        else mistake(line, fault);
      }
      const byLine = (a: GuideNote, b: GuideNote): number => a.line - b.line;
      return { entries, mistakes: mistakes.sort(byLine), notUnderstood: notUnderstood.sort(byLine) };
    },
  };
}

/** What no configuration would take, or null. */
function faultOf(name: string, range: PortRange, fields: Omit<GuideFields, 'range'>): string | null {
  const what = `${shown(range)} of "${name}"`;
  if (range.start > range.end) return `${what} ends before it begins; write the lower port first`;
  if (range.start < MIN_UNPRIVILEGED_PORT || range.end > MAX_PORT)
    return `${what} must lie within ${MIN_UNPRIVILEGED_PORT}–${MAX_PORT}`;
  for (const key of ['preferred_ports', 'avoid'] as const) {
    const stray = fields[key]?.find((port) => !contains(range, port));
    if (stray !== undefined) return `${key}: ${stray} lies outside ${what}; remove it, or widen the range`;
  }
  return null;
}

function isSame(a: PortRange, b: PortRange): boolean {
  return a.start === b.start && a.end === b.end;
}

function shown({ start, end }: PortRange): string {
  return `${start}–${end}`;
}
