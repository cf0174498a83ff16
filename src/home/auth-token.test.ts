import assert from 'node:assert/strict';
import {
  chmodSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { StyxyError } from '../errors.ts';
import { openAuthToken } from './auth-token.ts';

const root = mkdtempSync(join(tmpdir(), 'styxy-token-'));
after(() => rmSync(root, { recursive: true }));
let path = '';
let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(root, 'home-'));
  path = join(dir, 'auth.token');
});

describe('the token', () => {
  it('is made once, of 256 bits, for its owner alone', () => {
    const token = openAuthToken(path);
    assert.match(token.current(), /^[0-9a-f]{64}$/);
    assert.equal(readFileSync(path, 'utf8'), token.current());
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(openAuthToken(path).current(), token.current());
    assert.deepEqual(readdirSync(dir), ['auth.token']);
  });
  it('is right only as a whole', () => {
    const token = openAuthToken(path);
    assert.ok(token.isRight(token.current()));
    for (const given of [
      '',
      token.current().slice(1),
      `${token.current()}0`,
      token.current().toUpperCase(),
      '€'.repeat(64),
    ]) {
      assert.equal(token.isRight(given), false);
    }
  });
  it('is another one after a rotation', () => {
    const token = openAuthToken(path);
    const former = token.current();
    token.rotate();
    assert.equal(token.isRight(former), false);
    assert.equal(readFileSync(path, 'utf8'), token.current());
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(dir), ['auth.token']);
  });
  it('survives a rotation that cannot be written', () => {
    const token = openAuthToken(path);
    const former = token.current();
    rmSync(dir, { recursive: true });
    assert.throws(
      () => token.rotate(),
      (error) => error instanceof StyxyError && error.code === 'HOME_UNUSABLE',
    );
    assert.ok(token.isRight(former));
  });
  it('may have a line end, as editors leave one', () => {
    writeFileSync(path, `${'b'.repeat(40)}\n`, { mode: 0o600 });
    assert.ok(openAuthToken(path).isRight('b'.repeat(40)));
  });
  it('is replaced when nothing can be right by it', () => {
    for (const text of ['', '\n', 'short', 'with space '.repeat(9)]) {
      writeFileSync(path, text, { mode: 0o600 });
      assert.match(openAuthToken(path).current(), /^[0-9a-f]{64}$/);
    }
  });
  const faults: readonly [string, () => void][] = [
    [
      'readable by others',
      () => {
        writeFileSync(path, 'x'.repeat(64));
        chmodSync(path, 0o644);
      },
    ],
    ['a symbolic link', () => symlinkSync(join(dir, 'nowhere'), path)],
    [
      'linked twice',
      () => {
        writeFileSync(path, 'x'.repeat(64), { mode: 0o600 });
        linkSync(path, join(dir, 'other'));
      },
    ],
  ];
  for (const [what, spoil] of faults) {
    it(`${what} is refused, with the file named`, () => {
      spoil();
      assert.throws(
        () => openAuthToken(path),
        (error) =>
          error instanceof StyxyError && error.code === 'HOME_UNSAFE' && error.message.includes(path),
      );
    });
  }
});
