// Owns the making of a port guide out of what is found in a document: each name once, checked, what is wrong noted.

import { contains, MAX_PORT, MIN_UNPRIVILEGED_PORT } from '../core/port-range.ts';
import type { GuideFields } from './guide-fields.ts';
import type { GuideEntry, GuideNote, GuideType, PortGuide } from './port-guide.ts';

/** More than a machine has ports for. */
const MAX_ENTRIES = 500;
const MAX_NOTES = 500;
const MAX_QUOTED_LENGTH = 120;

interface Draft {
  readonly line: number;
  readonly fields: GuideFields;
}

export class GuideBuilder {
  readonly #drafts = new Map<string, Draft>();
  readonly #mistakes: GuideNote[] = [];
  readonly #notUnderstood: GuideNote[] = [];

  /** Takes what is said of a type; of two sayings that agree the second one adds what the first one leaves out. */
  add(name: string, line: number, fields: GuideFields): void {
    const former = this.#drafts.get(name);
    if (former === undefined) {
      if (this.#drafts.size === MAX_ENTRIES) this.mistake(line, `more than ${MAX_ENTRIES} service types`);
      if (this.#drafts.size < MAX_ENTRIES) this.#drafts.set(name, { line, fields: { ...fields } });
      return;
    }
    const { range } = fields;
    const known = former.fields.range;
    if (
      range !== undefined &&
      known !== undefined &&
      (range.start !== known.start || range.end !== known.end)
    ) {
      this.mistake(
        line,
        `"${name}" has ${range.start}–${range.end} here and ${known.start}–${known.end} in line ${former.line}; keep one of them`,
      );
      return;
    }
    Object.assign(former.fields, { ...fields, ...former.fields });
  }

  mistake(line: number, message: string): void {
    if (this.#mistakes.length < MAX_NOTES) this.#mistakes.push({ line, message });
  }

  /** Notes a line that has something like a range in it, and why it does not count. */
  skip(line: number, text: string, reason: string): void {
    const quoted = text.trim().slice(0, MAX_QUOTED_LENGTH);
    if (this.#notUnderstood.length < MAX_NOTES)
      this.#notUnderstood.push({ line, message: `${reason}: ${quoted}` });
  }

  /** What was found; types without a range are left out. */
  finish(): PortGuide {
    const entries: GuideEntry[] = [];
    for (const [name, { line, fields }] of this.#drafts) {
      const type = this.#checked(name, line, fields);
      if (type !== null) entries.push({ name, line, type });
    }
    const byLine = (a: GuideNote, b: GuideNote): number => a.line - b.line;
    return {
      entries,
      mistakes: this.#mistakes.sort(byLine),
      notUnderstood: this.#notUnderstood.sort(byLine),
    };
  }

  #checked(name: string, line: number, { range, ...fields }: GuideFields): GuideType | null {
    if (range === undefined) return null;
    const shown = `${range.start}–${range.end} of "${name}"`;
    if (range.start > range.end) {
      this.mistake(line, `${shown} ends before it begins; write the lower port first`);
      return null;
    }
    if (range.start < MIN_UNPRIVILEGED_PORT || range.end > MAX_PORT) {
      this.mistake(line, `${shown} must lie within ${MIN_UNPRIVILEGED_PORT}–${MAX_PORT}`);
      return null;
    }
    for (const key of ['preferred_ports', 'avoid'] as const) {
      const stray = fields[key]?.find((port) => !contains(range, port));
      if (stray === undefined) continue;
      this.mistake(line, `${key}: ${stray} lies outside ${shown}; remove it, or widen the range`);
      return null;
    }
    return { range: [range.start, range.end], ...fields };
  }
}
