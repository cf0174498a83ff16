// Owns the reading of one HTTP/1.1 answer from the bytes of a connection, as they come.

/** More than any answer of the daemon: whoever sends more is no daemon of ours. */
const MAX_HEAD_BYTES = 64 * 1024;
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** Reads an answer piece by piece. */
export interface AnswerReader {
  /** The status, once the head is there; else null. */
  readonly status: number | null;
  /** Whether the whole answer is there. */
  readonly complete: boolean;
  /** @throws Error when the bytes are no HTTP answer. */
  push(bytes: Buffer): void;
  /** The other side closed: completes an answer whose body ends with the connection. */
  end(): void;
  /** The body read so far, as text. */
  text(): string;
  /** The same, and forgets it: for an answer that goes on for ever. */
  take(): string;
}

type Stage = 'head' | 'sized' | 'chunk-size' | 'chunk' | 'trailer' | 'until-end' | 'complete';

/** A reader for one answer; interim answers (1xx) are passed over. */
export function readAnswer(): AnswerReader {
  let stage: Stage = 'head';
  let status: number | null = null;
  let rest: Buffer = Buffer.alloc(0);
  let missing = 0;
  let bodyBytes = 0;
  const body: Buffer[] = [];

  const line = (): string | null => {
    const end = rest.indexOf('\r\n');
    if (end < 0) {
      if (rest.length > MAX_HEAD_BYTES) throw new Error('the answer has an endless line');
      return null;
    }
    const text = rest.toString('latin1', 0, end);
    rest = rest.subarray(end + 2);
    return text;
  };
  const keep = (bytes: Buffer): void => {
    bodyBytes += bytes.length;
    if (bodyBytes > MAX_BODY_BYTES) throw new Error('the answer is too long');
    body.push(bytes);
  };
  /** @returns whether a step was made; false means that more bytes are needed. */
  const steps: Record<Stage, () => boolean> = {
    head: () => {
      const end = rest.indexOf('\r\n\r\n');
      if (end < 0) {
        if (rest.length > MAX_HEAD_BYTES) throw new Error('the answer has an endless head');
        if (rest.length >= 5 && rest.toString('latin1', 0, 5) !== 'HTTP/')
          throw new Error('the answer is not HTTP');
        return false;
      }
      const head = parseHead(rest.toString('latin1', 0, end));
      rest = rest.subarray(end + 4);
      if (head.status < 200) return true;
      status = head.status;
      missing = head.length ?? 0;
      if (head.status === 204 || head.status === 304) stage = 'complete';
      else if (head.chunked) stage = 'chunk-size';
      else stage = head.length === null ? 'until-end' : 'sized';
      return true;
    },
    sized: () => {
      const bytes = rest.subarray(0, missing);
      keep(bytes);
      rest = rest.subarray(bytes.length);
      missing -= bytes.length;
      if (missing === 0) stage = 'complete';
      return missing === 0;
    },
    'chunk-size': () => {
      const text = line();
      if (text === null) return false;
      if (!/^[0-9a-f]{1,8}(\s*;.*)?$/i.test(text)) throw new Error('the answer has a malformed chunk');
      missing = Number.parseInt(text, 16);
      stage = missing === 0 ? 'trailer' : 'chunk';
      return true;
    },
    chunk: () => {
      // The two bytes after a chunk's data are its line end.
      if (rest.length < missing + 2) return false;
      keep(rest.subarray(0, missing));
      rest = rest.subarray(missing + 2);
      stage = 'chunk-size';
      return true;
    },
    trailer: () => {
      const text = line();
      if (text === '') stage = 'complete';
      return text !== null;
    },
    'until-end': () => {
      keep(rest);
      rest = Buffer.alloc(0);
      return false;
    },
    complete: () => false,
  };

  return {
    get status() {
      return status;
    },
    get complete() {
      return stage === 'complete';
    },
    push(bytes) {
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      while (steps[stage]()) {
        // Each step moves on by itself.
      }
    },
    end() {
      if (stage === 'until-end') stage = 'complete';
    },
    text: () => Buffer.concat(body).toString('utf8'),
    take: () => {
      bodyBytes = 0;
      return Buffer.concat(body.splice(0)).toString('utf8');
    },
  };
}

function parseHead(head: string): { status: number; length: number | null; chunked: boolean } {
  const [first = '', ...lines] = head.split('\r\n');
  const match = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first);
  if (match === null) throw new Error('the answer is not HTTP');
  let length: number | null = null;
  let chunked = false;
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'content-length') {
      length = Number(value);
      if (!/^\d{1,15}$/.test(value)) throw new Error('the answer has a malformed length');
    } else if (name === 'transfer-encoding') chunked = value.toLowerCase() === 'chunked';
  }
  return { status: Number(match[1]), length, chunked };
}
