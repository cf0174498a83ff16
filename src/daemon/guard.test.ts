import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGuard, createTokenGuard, type Head } from './guard.ts';
import { ownHosts } from './own-address.ts';
import { countWrongTokens } from './wrong-tokens.ts';

const PORT = 9876;

function guardAt(now: { ms: number }) {
  const options = {
    isRightToken: (given: string, { url }: Head) =>
      given === 'right' || (given === 'code' && url === '/ui/session'),
    wrongTokens: countWrongTokens(() => now.ms),
    isPublicPath: (path: string) => path === '/health' || isStaticPath(path),
  };
  const isStaticPath = (path: string): boolean => path === '/' || path.startsWith('/assets/');
  return {
    guard: createGuard({ ...options, isStaticPath, isOwnHost: ownHosts(['127.0.0.1', '::1'], PORT) }),
    tokenGuard: createTokenGuard(options),
  };
}

function head(url: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Head {
  const all = { host: `127.0.0.1:${PORT}`, authorization: 'Bearer right', ...headers };
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '-'));
  return { method, url, headers: given, rawHeaders: Object.entries(given).flat() };
}

const codeOf = (found: ReturnType<ReturnType<typeof createGuard>>) => found?.problem.code ?? 'passes';

describe('the gate', () => {
  const cases: readonly [string, Head, string][] = [
    ['a right request', head('/status'), 'passes'],
    ['a scheme in other letters', head('/status', { authorization: 'bearer  right' }), 'passes'],
    ['no token', head('/status', { authorization: '-' }), 'UNAUTHORIZED'],
    ['a wrong token', head('/status', { authorization: 'Bearer wrong' }), 'UNAUTHORIZED'],
    ['two tokens', head('/status', { authorization: 'Bearer right right' }), 'UNAUTHORIZED'],
    ['health without a token', head('/health?x=1', { authorization: '-' }), 'passes'],
    ['health by another method', head('/health', { authorization: '-' }, 'POST'), 'UNAUTHORIZED'],
    ['health of another host', head('/health', { authorization: '-', host: 'evil.com' }), 'FORBIDDEN'],
    ['no host', head('/status', { host: '-' }), 'INVALID_REQUEST'],
    ['the host in capitals', head('/status', { host: `LocalHost:${PORT}` }), 'passes'],
    ['the host with a dot', head('/status', { host: `localhost.:${PORT}` }), 'FORBIDDEN'],
    ['the wrong port', head('/status', { host: '127.0.0.1:9877' }), 'FORBIDDEN'],
    ['the own origin', head('/status', { origin: `http://localhost:${PORT}` }), 'passes'],
    [
      'a foreign origin before a missing token',
      head('/status', { origin: 'null', authorization: '-' }),
      'FORBIDDEN',
    ],
    [
      'a page of ours',
      head('/status', { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }),
      'passes',
    ],
    ['a page of another site', head('/status', { 'sec-fetch-site': 'cross-site' }), 'FORBIDDEN'],
    [
      'a script of our own page',
      head('/assets/app.js', {
        'sec-fetch-site': 'same-origin',
        'sec-fetch-mode': 'no-cors',
        authorization: '-',
      }),
      'passes',
    ],
    [
      'our script in another page',
      head('/assets/app.js', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }),
      'FORBIDDEN',
    ],
    ['the API as if it were a picture', head('/status', { 'sec-fetch-mode': 'no-cors' }), 'FORBIDDEN'],
    [
      'a code, where it is exchanged',
      head('/ui/session', { authorization: 'Bearer code' }, 'POST'),
      'passes',
    ],
    ['a code elsewhere', head('/status', { authorization: 'Bearer code' }), 'UNAUTHORIZED'],
    ['no path', head('status'), 'INVALID_REQUEST'],
    ['an authority of our own', head(`http://127.0.0.1:${PORT}/status`), 'passes'],
    ['an authority of others', head('http://evil.com/status'), 'FORBIDDEN'],
  ];
  for (const [what, request, expected] of cases) {
    it(`${what}: ${expected}`, () => assert.equal(codeOf(guardAt({ ms: 0 }).guard(request)), expected));
  }
  it('sees a second Host of any case', () => {
    const request = head('/status');
    const twice = { ...request, rawHeaders: [...request.rawHeaders, 'HOST', 'evil.com'] };
    assert.equal(codeOf(guardAt({ ms: 0 }).guard(twice)), 'INVALID_REQUEST');
  });
  it('brings an absolute request line to its path', () => {
    const request = head(`http://127.0.0.1:${PORT}/status?x=1`);
    guardAt({ ms: 0 }).guard(request);
    assert.equal(request.url, '/status?x=1');
  });
  it('lets wrong tokens wait after a hundred in a minute, and the right one never', () => {
    const now = { ms: 5_000 };
    const { guard } = guardAt(now);
    const wrong = head('/status', { authorization: 'Bearer wrong' });
    for (let tries = 0; tries < 100; tries++) assert.equal(codeOf(guard(wrong)), 'UNAUTHORIZED');
    now.ms += 15_000;
    const refused = guard(wrong);
    assert.equal(codeOf(refused), 'TOO_MANY_REQUESTS');
    assert.equal(refused?.headers['retry-after'], '45');
    assert.equal(codeOf(guard(head('/status'))), 'passes');
    now.ms += 45_000;
    assert.equal(codeOf(guard(wrong)), 'UNAUTHORIZED');
  });
  it('of a named pipe asks for the token alone', () => {
    const { tokenGuard } = guardAt({ ms: 0 });
    assert.equal(codeOf(tokenGuard(head('/status', { host: 'x' }))), 'passes');
    assert.equal(codeOf(tokenGuard(head('/status', { authorization: '-' }))), 'UNAUTHORIZED');
  });
});
