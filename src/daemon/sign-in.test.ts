import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CODE_MS, createSignIn, SESSION_MS } from './sign-in.ts';

function desk() {
  const at = { monotonic: 5, wall: 1_000_000, token: 'first' };
  const make = () =>
    createSignIn({
      token: { current: () => at.token },
      monotonic: () => at.monotonic,
      wall: () => at.wall,
    });
  return { at, make, signIn: make() };
}

describe('the sign-in of a browser', () => {
  it('exchanges a code once', () => {
    const { signIn } = desk();
    const code = signIn.newCode();
    assert.match(code, /^[\w-]{43}$/);
    assert.ok(signIn.knowsCode(code));
    const session = signIn.exchange(code);
    assert.ok(session !== null && signIn.isSession(session.token));
    assert.equal(signIn.exchange(code), null);
    assert.ok(!signIn.knowsCode(code));
  });

  it('refuses a code that is a minute old, made up, or older than the token', () => {
    const { at, signIn } = desk();
    const code = signIn.newCode();
    at.monotonic += CODE_MS;
    assert.equal(signIn.exchange(code), null);
    assert.equal(signIn.exchange('made-up'), null);
    const rotated = signIn.newCode();
    at.token = 'second';
    assert.equal(signIn.exchange(rotated), null);
  });

  it('keeps a few codes alone', () => {
    const { signIn } = desk();
    const codes = Array.from({ length: 40 }, () => signIn.newCode());
    assert.equal(codes.filter(signIn.knowsCode).length, 32);
    assert.ok(signIn.knowsCode(codes.at(-1) ?? ''));
  });

  it('knows a session again after a restart, and not after its day or a rotation of the token', () => {
    const { at, make, signIn } = desk();
    const token = signIn.exchange(signIn.newCode())?.token ?? '';
    assert.ok(make().isSession(token));
    at.wall += SESSION_MS - 1;
    assert.ok(make().isSession(token));
    at.wall += 1;
    assert.ok(!make().isSession(token));
    at.wall = 1_000_000;
    at.token = 'second';
    assert.ok(!make().isSession(token));
  });

  it('believes no session that somebody changed', () => {
    const { signIn } = desk();
    const token = signIn.exchange(signIn.newCode())?.token ?? '';
    const [kind, , nonce, signature] = token.split('.');
    assert.ok(!signIn.isSession(`${kind}.99999999999999.${nonce}.${signature}`));
    assert.ok(!signIn.isSession(token.slice(0, -1)));
    assert.ok(!signIn.isSession(''));
  });
});
