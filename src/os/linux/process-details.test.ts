import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCommandLine } from './process-details.ts';

const cases: readonly (readonly [string, string | null])[] = [
  ['node\0server.js\0--port\x003000\0', 'node server.js --port 3000'],
  ['sh\0-c\0\0', 'sh -c'],
  // A process that rewrote its title leaves padding behind.
  ['nginx: master\0\0\0\0\0', 'nginx: master'],
  ['a\0\u001b[2Jb\nc\u202ed\0', 'a \ufffd[2Jb\ufffdc\ufffdd'],
  ['', null],
  ['\0\0', null],
];
for (const [bytes, command] of cases) {
  test(`shows ${JSON.stringify(bytes)} as ${JSON.stringify(command)}`, () => {
    assert.equal(parseCommandLine(Buffer.from(bytes)), command);
  });
}
