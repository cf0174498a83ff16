// Owns what is made of an error's code: the error that is thrown, and the problem document that is shown.

import { ERROR_KINDS, type ErrorKind } from './error-kinds.ts';

/** The package's homepage, under which every help URL lives. */
export const HOMEPAGE = 'https://github.com/styxy/styxy';

export type ErrorCode = keyof typeof ERROR_KINDS;

export const ERRORS: Readonly<Record<ErrorCode, ErrorKind>> = ERROR_KINDS;

/** Every code, in the order of the table. */
export const ERROR_CODES = Object.keys(ERROR_KINDS) as readonly ErrorCode[];

/** The page that explains a code. */
export function helpUrl(code: ErrorCode): string {
  return `${HOMEPAGE}/blob/main/docs/reference/errors/${code}.md`;
}

/**
 * A fault of the surroundings (disk, system, network) or an answer to untrusted input, wrapped once per boundary.
 * Refusals of the core are values instead.
 */
export class StyxyError extends Error {
  override readonly name = 'StyxyError';
  readonly code: ErrorCode;
  readonly hint: string;
  /** The details that the code's problem document carries. */
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    detail: string,
    options: { hint?: string; fields?: Readonly<Record<string, unknown>>; cause?: unknown } = {},
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? ERRORS[code].hint;
    this.fields = options.fields ?? {};
  }
}

/** An RFC 9457 problem document, as HTTP and `--json` show it. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly hint: string;
  readonly success: false;
  readonly [field: string]: unknown;
}

/** The problem document for one occurrence of `code`. */
export function problem(
  code: ErrorCode,
  detail: string,
  hint?: string,
  fields: Readonly<Record<string, unknown>> = {},
): Problem {
  const kind = ERRORS[code];
  return {
    ...fields,
    type: helpUrl(code),
    title: kind.title,
    status: kind.status,
    detail,
    code,
    hint: hint ?? kind.hint,
    success: false,
  };
}
