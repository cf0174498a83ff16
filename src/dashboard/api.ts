// Owns the requests of the page: the session's token on each, refusals as errors that people can read.

import { sessionToken } from './session.ts';

/** A refusal of the daemon's, with what to do about it. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;
  readonly hint: string;

  constructor(status: number, detail: string, hint: string) {
    super(detail);
    this.status = status;
    this.hint = hint;
  }
}

/** Nobody answered: the daemon is away, or the way to it. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/**
 * Sends one request.
 *
 * @param path with its query, already encoded
 * @throws Refused, Unreachable
 */
export async function request<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const answer = await send(path, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await answer.json()) as T;
}

/** An answer that may go on without end. @throws Refused, Unreachable */
export function open(
  path: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Response> {
  return send(path, { headers, signal });
}

async function send(path: string, options: RequestInit): Promise<Response> {
  const headers = { authorization: `Bearer ${sessionToken() ?? 'none'}`, ...options.headers };
  let answer: Response;
  try {
    answer = await fetch(path, { ...options, headers, cache: 'no-store', credentials: 'omit' });
  } catch (cause) {
    throw new Unreachable('The daemon does not answer', { cause });
  }
  if (answer.ok) return answer;
  const problem = (await answer.json().catch(() => ({}))) as { detail?: unknown; hint?: unknown };
  throw new Refused(
    answer.status,
    String(problem.detail ?? `The daemon answered ${answer.status}`),
    String(problem.hint ?? ''),
  );
}
