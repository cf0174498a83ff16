// Owns how commands reach the daemon, and the project that they speak for.

import { type Client, connect } from '../client/client.ts';
import { StyxyError } from '../errors.ts';
import { resolveOwnHome } from '../home.ts';
import { findProject, type Project } from '../project/project.ts';
import type { Invocation } from './command.ts';
import { visible } from './visible.ts';

/** The characters that no request may have in a path (`src/api/names.ts`, which this program is too small for). */
const CONTROL = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

/** @throws StyxyError DAEMON_UNREACHABLE, HOME_UNUSABLE, HOME_UNSAFE */
export function reach(invocation: Invocation): Promise<Client> {
  return connect({ home: resolveOwnHome(invocation.env), env: invocation.env });
}

/**
 * Reaches the daemon that runs, starts none, and replaces none.
 *
 * @throws StyxyError DAEMON_UNREACHABLE, HOME_UNUSABLE, HOME_UNSAFE
 */
export function reachRunning({ env }: Invocation): Promise<Client> {
  return connect({ home: resolveOwnHome(env), env, autostart: false });
}

/**
 * The project of `directory`, else of the working directory.
 *
 * @throws StyxyError INVALID_REQUEST when there is no such directory, or no lease can be of its project (contract, "Words")
 */
export function projectAt(directory: string | null): Project {
  const project = findProject(directory ?? workingDirectory());
  if (!CONTROL.test(project.path)) return project;
  throw new StyxyError(
    'INVALID_REQUEST',
    `The path of this project, ${visible(project.path)}, has control characters, so no lease can be named by it`,
    { hint: 'Give the directory another name, or run the command in another one.' },
  );
}

/** The path of the project of `directory`, which may be gone by now: then the directory itself. */
export async function projectPathAt(directory: string): Promise<string> {
  try {
    return findProject(directory).path;
  } catch {
    const { resolve } = await import('node:path');
    return resolve(directory);
  }
}

/** The project here; null where the working directory is gone, which must keep nobody from asking. */
export function callerProject(): string | null {
  try {
    return projectAt(null).path;
  } catch {
    return null;
  }
}

/** The instance that `--instance` or STYXY_INSTANCE names. */
export function instanceOf(invocation: Invocation): string | null {
  const named = invocation.text('instance') ?? invocation.env.STYXY_INSTANCE ?? '';
  return named === '' ? null : named;
}

/** A query string of what is not null, with its question mark; empty when nothing is left. */
export function query(fields: Readonly<Record<string, string | number | boolean | null>>): string {
  const parts = Object.entries(fields)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new StyxyError('INVALID_REQUEST', 'The working directory does not exist any more', {
      hint: 'Change to a directory that exists.',
      cause,
    });
  }
}
