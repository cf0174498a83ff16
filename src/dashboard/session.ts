// Owns the session of this tab: the code in the address becomes a token, which the tab keeps and nobody else sees.

const KEY = 'styxy-session';
const SIGN_IN_PATH = '/ui/session';

/** Takes the code out of the address, so that it stays in no history and no screenshot. */
export function takeCode(): string | null {
  const code = /^#code=([\w-]{20,100})$/.exec(location.hash)?.[1] ?? null;
  if (code !== null) history.replaceState(null, '', location.pathname);
  return code;
}

/**
 * Exchanges a code for the session of this tab.
 *
 * @returns why it was refused, in a sentence; null when it was taken
 */
export async function signIn(code: string): Promise<string | null> {
  const answer = await fetch(SIGN_IN_PATH, {
    method: 'POST',
    headers: { authorization: `Bearer ${code}` },
    cache: 'no-store',
  });
  if (!answer.ok) return 'The link was used already, or is more than a minute old.';
  const { token }: { token: string } = await answer.json();
  sessionStorage.setItem(KEY, token);
  return null;
}

/** The token of this tab; null where it is not signed in. */
export function sessionToken(): string | null {
  return sessionStorage.getItem(KEY);
}

export function forgetSession(): void {
  sessionStorage.removeItem(KEY);
}
