// Owns what an operation of the API is, as data.

import type { TObject, TSchema } from 'typebox';
import type { ErrorCode } from '../errors.ts';

export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With `:name` where a parameter stands. */
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly params?: TObject;
  readonly query?: TObject;
  /** Headers that mean something to this operation, in lower case. */
  readonly headers?: TObject;
  readonly body?: TObject;
  /** Whether the body may be left out altogether. */
  readonly bodyOptional?: boolean;
  /** By status: what a success answers. */
  readonly answers: Readonly<Record<number, { readonly description: string; readonly schema: TSchema }>>;
  /** The answer's media type, JSON unless said. */
  readonly mediaType?: string;
  /** What it may refuse beside what every operation may. */
  readonly errors: readonly ErrorCode[];
  /** Answered over TCP without a token. */
  readonly isPublic?: boolean;
  /** A file of the dashboard, which its page loads as browsers load files. */
  readonly isStatic?: boolean;
}

/** What every operation may refuse that changes something. */
export const STORE: readonly ErrorCode[] = ['STORE_UNAVAILABLE', 'STORE_FULL'];
