// Owns the refusal: an answer of the core that says no, with its reason, the holders and the next step.

import type { ErrorCode } from '../errors.ts';

/** A value, never thrown by the core. `fields` are the details that the code's problem document carries. */
export interface Refusal {
  readonly code: ErrorCode;
  /** What happened, in one sentence. */
  readonly detail: string;
  /** What to do next, with a command where one helps. */
  readonly hint: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export function refusal(
  code: ErrorCode,
  detail: string,
  hint: string,
  fields: Readonly<Record<string, unknown>> = {},
): Refusal {
  return { code, detail, hint, fields };
}
