// Owns the shape of an explanation: what a code's page and `styxy explain` say beyond the table of errors.

import type { ErrorCode } from '../errors.ts';

export interface Explanation {
  /** What happened, and what did not happen because of it. */
  readonly what: string;
  /** Why it comes, each a sentence. */
  readonly causes: readonly string[];
  /** What to do, the usual way first. */
  readonly remedies: readonly Remedy[];
  /** One occurrence, as a program sees it; the hint is the code's own unless there is a better one. */
  readonly example: {
    readonly detail: string;
    readonly hint?: string;
    readonly fields?: Readonly<Record<string, unknown>>;
  };
  readonly related: readonly ErrorCode[];
}

export interface Remedy {
  /** A sentence, without the command. */
  readonly what: string;
  /** A line for a shell. */
  readonly command?: string;
}

/** The explanations of some codes. */
export type Explanations = Readonly<Partial<Record<ErrorCode, Explanation>>>;
