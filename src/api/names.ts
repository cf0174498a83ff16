// Owns the grammar of everything that users name: types, services, instances, paths, ports and durations.

import { MAX_PORT, MIN_PORT, MIN_UNPRIVILEGED_PORT } from '../core/port-range.ts';
import * as Type from './type.ts';

/**
 * Characters that no name and no path may hold: C0 and C1 controls, line separators, marks that turn the direction of
 * writing (they make a terminal show another name than the one that is meant), and halves of surrogate pairs.
 */
const UNPRINTABLE =
  '\\u0000-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff';

export const MAX_PATH_BYTES = 4096;
export const MAX_TTL_SECONDS = 30 * 24 * 60 * 60;
export const MAX_METADATA_BYTES = 4096;
export const MAX_NESTING = 20;
export const MAX_BATCH = 64;
export const MAX_BLOCK = 32;
export const MAX_PAGE = 1000;
/** How many events of the audit are shown unless asked. */
export const DEFAULT_EVENTS = 100;

/** The grammars of names, as patterns. */
export const SERVICE_TYPE = '^[a-z0-9][a-z0-9-]{0,49}$';
export const SERVICE_NAME = '^(?!-)(?!.*\\.\\.)[A-Za-z0-9@._/-]{1,100}$';
/** "." and ".." would vanish from the path of a URL, a leading hyphen would read as an option. */
export const INSTANCE_ID = '^(?!-)(?!\\.{1,2}$)[A-Za-z0-9._:-]{1,100}$';

/** What a schema may carry beside the standard keywords: `x-allowed` is how a message names what is allowed. */
export interface Wording {
  readonly description: string;
  readonly default?: string;
}

export const serviceType = (wording: Wording) =>
  Type.string({
    ...wording,
    pattern: SERVICE_TYPE,
    'x-allowed': 'lower-case letters, digits and hyphens, 50 at most, beginning with a letter or digit',
  });

export const serviceName = (wording: Wording) =>
  Type.string({
    ...wording,
    pattern: SERVICE_NAME,
    'x-allowed': 'letters, digits and @ . _ / -, 100 at most, not beginning with a hyphen, without ".."',
  });

export const instanceId = (wording: Wording) =>
  Type.string({
    ...wording,
    pattern: INSTANCE_ID,
    'x-allowed': 'letters, digits and . _ : -, 100 at most, not beginning with a hyphen',
  });

const ABSOLUTE_PATH = `^(?:/|[A-Za-z]:[\\\\/]|\\\\\\\\)[^${UNPRINTABLE}]*$`;

/** Whether a path that the system names is one that a request could name, too. */
export function isAcceptedPath(path: string): boolean {
  return new RegExp(ABSOLUTE_PATH, 'u').test(path) && Buffer.byteLength(path) <= MAX_PATH_BYTES;
}

export const absolutePath = (wording: Wording) =>
  Type.string({
    ...wording,
    maxLength: MAX_PATH_BYTES,
    pattern: ABSOLUTE_PATH,
    'x-max-bytes': MAX_PATH_BYTES,
    'x-allowed': 'an absolute path of at most 4096 bytes without control characters',
  });

export const requestId = (wording: Wording) =>
  Type.string({
    ...wording,
    pattern: '^[\\u0021-\\u007e]{1,200}$',
    'x-allowed': 'printable ASCII without spaces, 200 characters at most',
  });

/** A moment as people and programs write it: ISO 8601, a day or a time, in UTC unless it names a zone. */
export const moment = (wording: Wording) =>
  Type.string({
    ...wording,
    pattern: '^\\d{4}-\\d{2}-\\d{2}(?:T\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,9})?)?(?:Z|[+-]\\d{2}:?\\d{2})?)?$',
    'x-allowed': 'a day or time in ISO 8601, such as 2026-11-25 or 2026-11-25T09:30:00Z',
  });

export const lockId = (wording: Wording) => Type.string({ ...wording });

export const protocol = (wording: Wording) =>
  Type.union([Type.literal('tcp'), Type.literal('udp')], { ...wording });

export const anyPort = (wording: Wording) =>
  Type.integer({ ...wording, minimum: MIN_PORT, maximum: MAX_PORT });

export const grantablePort = (wording: Wording) =>
  Type.integer({ ...wording, minimum: MIN_UNPRIVILEGED_PORT, maximum: MAX_PORT });

export const pid = (wording: Wording) => Type.integer({ ...wording, minimum: 1, maximum: 2_147_483_647 });

export const fence = (wording: Wording) =>
  Type.integer({ ...wording, minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

export const ttlSeconds = (wording: Wording) =>
  Type.integer({ ...wording, minimum: 1, maximum: MAX_TTL_SECONDS });
