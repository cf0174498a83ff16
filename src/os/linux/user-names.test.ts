import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createUserNames, parsePasswd } from './user-names.ts';

test('reads names, the first where two share a number, and passes over what is no account', () => {
  const text =
    'root:x:0:0:root:/root:/bin/sh\ntoor:x:0:0::/:/bin/sh\n#off:x:7:7\n\n+::::::\nann:x:1000:1000:A:/home/ann:\nbad:x:-1:0';
  assert.deepEqual(
    [...parsePasswd(text)],
    [
      [0, 'root'],
      [1000, 'ann'],
    ],
  );
});

test('names a user that the file does not know by its number', () => {
  assert.equal(createUserNames('/dev/null')(4321), '4321');
  assert.equal(createUserNames('/nonexistent/passwd')(4321), '4321');
});
