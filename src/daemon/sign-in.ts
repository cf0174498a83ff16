// Owns the sign-in of a browser: a code that works once and for a minute, and the session that it is exchanged for.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { AuthToken } from '../home/auth-token.ts';

/** How long a code waits for its browser, in ms. */
export const CODE_MS = 60_000;
/** How long a session lasts, in ms: a working day, and the next morning's look. */
export const SESSION_MS = 24 * 60 * 60_000;
/** Whoever asks for more codes than this at once gets the oldest taken back. */
const MAX_CODES = 32;
const CODE_BYTES = 32;
const NONCE_BYTES = 16;
const PURPOSE = 'styxy dashboard session';

export interface Session {
  /** The bearer token that a page sends. Never to be logged. */
  readonly token: string;
  /** Wall clock in epoch ms. */
  readonly expiresAt: number;
}

export interface SignIn {
  /** A new code, good for one exchange within `CODE_MS`. */
  newCode(): string;
  /** Whether a code could be exchanged now. */
  knowsCode(code: string): boolean;
  /** Takes the code out of use and opens a session; null for one that is unknown, used or too old. */
  exchange(code: string): Session | null;
  /** Whether a text is the token of a session that is not over. Compares in constant time. */
  isSession(given: string): boolean;
}

export interface SignInOptions {
  /** Sessions are signed by it, so that they outlast the daemon, and end when it is rotated. */
  readonly token: Pick<AuthToken, 'current'>;
  /** Monotonic ms. */
  readonly monotonic: () => number;
  /** Wall clock in epoch ms. */
  readonly wall: () => number;
}

interface Code {
  readonly until: number;
  /** The token of the home when the code was made: a rotation ends the code, too. */
  readonly token: string;
}

export function createSignIn({ token, monotonic, wall }: SignInOptions): SignIn {
  const codes = new Map<string, Code>();
  const sign = (head: string): string =>
    createHmac('sha256', token.current()).update(`${PURPOSE}.${head}`).digest('base64url');
  const knowsCode = (code: string): boolean => {
    const found = codes.get(code);
    return found !== undefined && monotonic() < found.until && found.token === token.current();
  };
  return {
    newCode() {
      for (const [code, { until }] of codes) if (monotonic() >= until) codes.delete(code);
      const [oldest] = codes.keys();
      if (codes.size >= MAX_CODES && oldest !== undefined) codes.delete(oldest);
      const code = randomBytes(CODE_BYTES).toString('base64url');
      codes.set(code, { until: monotonic() + CODE_MS, token: token.current() });
      return code;
    },
    knowsCode,
    exchange(code) {
      const isGood = knowsCode(code);
      codes.delete(code);
      if (!isGood) return null;
      const expiresAt = wall() + SESSION_MS;
      const head = `s1.${expiresAt}.${randomBytes(NONCE_BYTES).toString('base64url')}`;
      return { token: `${head}.${sign(head)}`, expiresAt };
    },
    isSession(given) {
      const parts = /^(s1\.(\d{1,15})\.[\w-]{22})\.([\w-]{43})$/.exec(given);
      if (parts === null) return false;
      const [, head = '', expiresAt, signature = ''] = parts;
      const [own, theirs] = [Buffer.from(sign(head)), Buffer.from(signature)];
      return own.length === theirs.length && timingSafeEqual(own, theirs) && wall() < Number(expiresAt);
    },
  };
}
