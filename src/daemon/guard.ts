// Owns the gate before every request over TCP: only programs of this machine that know the token pass, no web page does.

import type { IncomingMessage } from 'node:http';
import { type ErrorCode, type Problem, problem } from '../errors.ts';
import type { IsOwnHost } from './own-address.ts';
import type { WrongTokens } from './wrong-tokens.ts';

/** The part of a request that the gate looks at. */
export type Head = Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'rawHeaders'>;

/** Why a request does not pass. */
export interface Refused {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
}

export interface TokenGuardOptions {
  /** Whether what was given opens this request: the token, a session, or the code that the request exchanges. */
  readonly isRightToken: (given: string, head: Head) => boolean;
  readonly wrongTokens: WrongTokens;
  /** Whether a path is answered without a token; the method is GET. */
  readonly isPublicPath: (path: string) => boolean;
}

export interface GuardOptions extends TokenGuardOptions {
  readonly isOwnHost: IsOwnHost;
  /** Whether a path is a file of the dashboard, which a page loads in ways that it may not call the API in. */
  readonly isStaticPath: (path: string) => boolean;
}

/**
 * Says why a request must not pass, or null when it may.
 *
 * The order is that of what can be known: is it meant for us, does a page send it, does its sender know the token.
 * An absolute-form request line is brought to the origin form, as its authority stands above the Host header.
 */
export type Guard = (head: Head) => Refused | null;

export function createGuard(options: GuardOptions): Guard {
  const checkToken = createTokenGuard(options);
  return (head) => {
    const { headers } = head;
    const hosts = count(head.rawHeaders, 'host');
    if (hosts !== 1 || headers.host === '') {
      const what = hosts > 1 ? `${hosts} Host headers` : 'no Host header';
      return refused('INVALID_REQUEST', `The request has ${what}; it must have one`);
    }
    const authority = takeAuthority(head);
    if (authority === null) return refused('INVALID_REQUEST', 'The request line has no path');
    for (const host of [headers.host ?? '', ...authority]) {
      if (!options.isOwnHost(host.toLowerCase())) {
        return refused(
          'FORBIDDEN',
          `The host ${JSON.stringify(host.slice(0, 100))} is not the one of this daemon`,
        );
      }
    }
    return fromPage(head, options) ?? checkToken(head);
  };
}

/** The last step of the gate alone, for where no web page can come from: a named pipe. */
export function createTokenGuard(options: TokenGuardOptions): Guard {
  return (head) =>
    head.method === 'GET' && options.isPublicPath(pathOf(head.url ?? ''))
      ? null
      : withoutToken(head, options);
}

function fromPage({ headers, url = '' }: Head, { isOwnHost, isStaticPath }: GuardOptions): Refused | null {
  const { origin } = headers;
  if (origin !== undefined && !(origin.startsWith('http://') && isOwnHost(origin.slice('http://'.length)))) {
    return refused('FORBIDDEN', `A page of ${JSON.stringify(origin.slice(0, 100))} may not call this daemon`);
  }
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    return refused('FORBIDDEN', 'A page of another origin may not call this daemon');
  }
  if (headers['sec-fetch-mode'] === 'no-cors' && !isStaticPath(pathOf(url))) {
    return refused(
      'FORBIDDEN',
      'A page may call this API with CORS alone, and not at all from another origin',
    );
  }
  return null;
}

function withoutToken(head: Head, options: TokenGuardOptions): Refused | null {
  const given = head.headers.authorization;
  const challenge = { 'www-authenticate': 'Bearer realm="styxy"' };
  if (given === undefined) return refused('UNAUTHORIZED', 'The request has no token', challenge);
  const token = bearerOf(given);
  if (token === null) {
    return refused('UNAUTHORIZED', 'The Authorization header is not `Bearer <token>`', challenge);
  }
  if (options.isRightToken(token, head)) return null;
  const waitSeconds = options.wrongTokens.count();
  if (waitSeconds === null) return refused('UNAUTHORIZED', 'The token is wrong', challenge);
  return refused('TOO_MANY_REQUESTS', 'Too many wrong tokens', { 'retry-after': String(waitSeconds) });
}

/** What an Authorization header bears; null where it is of another kind. */
export function bearerOf(header: string): string | null {
  return /^bearer +(\S+) *$/i.exec(header)?.[1] ?? null;
}

/** Takes the authority out of an absolute-form request line; null when the line is neither a path nor one of these. */
function takeAuthority(head: Head): readonly string[] | null {
  const url = head.url ?? '';
  if (url.startsWith('/') || (url === '*' && head.method === 'OPTIONS')) return [];
  const absolute = /^http:\/\/([^/?#]+)(.*)$/is.exec(url);
  if (absolute === null) return null;
  const [, authority = '', rest = ''] = absolute;
  head.url = rest.startsWith('/') ? rest : `/${rest}`;
  return [authority];
}

/** Node keeps the first of several Host headers and says nothing. */
function count(rawHeaders: readonly string[], name: string): number {
  let found = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const header = rawHeaders[index];
    if (header !== undefined && header.length === name.length && header.toLowerCase() === name) found += 1;
  }
  return found;
}

/** A request's target without query and fragment. */
export function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  return end < 0 ? url : url.slice(0, end);
}

function refused(code: ErrorCode, detail: string, headers: Readonly<Record<string, string>> = {}): Refused {
  return { problem: problem(code, detail), headers };
}
