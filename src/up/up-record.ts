// Owns the record of who runs the services of a project: what is in it, and where it lies.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessIdentity } from '../core/process-identity.ts';
import { type Home, pipeName } from '../home.ts';

/** The variable by which all processes of an `up` are found. */
export const UP_VARIABLE = 'STYXY_UP_ID';

/** Who runs the services of a project. */
export interface UpRecord {
  /** The value of `UP_VARIABLE` in each of its processes. */
  readonly id: string;
  readonly runner: ProcessIdentity;
  /** The terminal that it was started on; null where there is none, or it has no name. */
  readonly terminal: string | null;
  readonly startedAt: string;
}

/** Where the traces of a project's `up` are. */
export interface UpPaths {
  readonly record: string;
  readonly lock: string;
  readonly socket: string;
}

/** @param directory that of styxy.json */
export function upPaths(home: Home, directory: string): UpPaths {
  const mark = createHash('sha256').update(directory).digest('hex').slice(0, 16);
  const at = (ending: string): string => join(home.up, `${mark}.${ending}`);
  return {
    record: at('json'),
    lock: at('lock'),
    socket: process.platform === 'win32' ? pipeName(at('sock')) : at('sock'),
  };
}

/** Who runs the services of a project, or ran them until it was killed. */
export function readPresence({ record }: UpPaths): UpRecord | null {
  try {
    const said: unknown = JSON.parse(readFileSync(record, 'utf8'));
    return isRecord(said) ? said : null;
  } catch {
    return null;
  }
}

function isRecord(said: unknown): said is UpRecord {
  if (typeof said !== 'object' || said === null) return false;
  const { id, runner, terminal, startedAt } = said as Record<keyof UpRecord, unknown>;
  if (typeof runner !== 'object' || runner === null || typeof startedAt !== 'string') return false;
  const { pid, startTicks, bootId, pidNamespace } = runner as Record<keyof ProcessIdentity, unknown>;
  const texts = [id, startTicks, bootId, pidNamespace, terminal ?? ''];
  return Number.isSafeInteger(pid) && texts.every((each) => typeof each === 'string');
}
