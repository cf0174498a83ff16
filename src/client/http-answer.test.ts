import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readAnswer } from './http-answer.ts';

const SIZED =
  'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{"a":"grün"}'.replace(
    'Content-Length: 11',
    `Content-Length: ${Buffer.byteLength('{"a":"grün"}')}`,
  );
const CHUNKED =
  'HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n5;ext=1\r\n{"a":\r\nA\r\n"ABCDEFGH"\r\n1\r\n}\r\n0\r\nx: y\r\n\r\n';
const INTERIM = 'HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}';
const UNTIL_END = 'HTTP/1.0 404 Not Found\r\n\r\n{"b":1}';

function readIn(pieces: readonly Buffer[]): { status: number | null; text: string; complete: boolean } {
  const reader = readAnswer();
  for (const piece of pieces) reader.push(piece);
  reader.end();
  return { status: reader.status, text: reader.text(), complete: reader.complete };
}

function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

describe('an answer', () => {
  const cases = [
    [SIZED, 200, '{"a":"grün"}'],
    [CHUNKED, 201, '{"a":"ABCDEFGH"}'],
    [INTERIM, 200, '{}'],
    [UNTIL_END, 404, '{"b":1}'],
    ['HTTP/1.1 204 No Content\r\n\r\n', 204, ''],
    ['HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', 200, ''],
  ] as const;

  it('is read, in whatever pieces it comes', () => {
    for (const [text, status, body] of cases) {
      const bytes = Buffer.from(text);
      fc.assert(
        fc.property(fc.array(fc.nat(), { maxLength: 12 }), (cuts) => {
          assert.deepEqual(readIn(cutAt(bytes, cuts)), { status, text: body, complete: true });
        }),
        { numRuns: 200 },
      );
    }
  });

  it('is complete as soon as its last byte is there, without the end of the connection', () => {
    for (const text of [SIZED, CHUNKED, INTERIM]) {
      const reader = readAnswer();
      reader.push(Buffer.from(text).subarray(0, -1));
      assert.equal(reader.complete, false);
      reader.push(Buffer.from(text).subarray(-1));
      assert.equal(reader.complete, true);
    }
  });

  it('that is cut short is not complete', () => {
    for (const text of [SIZED, CHUNKED]) {
      const bytes = Buffer.from(text);
      for (let length = 0; length < bytes.length; length++)
        assert.equal(readIn([bytes.subarray(0, length)]).complete, false, String(length));
    }
  });

  for (const [what, text] of [
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['a status that is none', 'HTTP/1.1 OK\r\n\r\n'],
    ['a length that is none', 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n'],
    ['a chunk that is none', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'],
    ['an endless head', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(70_000)}`],
  ] as const) {
    it(`is refused with ${what}`, () => {
      assert.throws(() => readAnswer().push(Buffer.from(text)));
    });
  }
});
