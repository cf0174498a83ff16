// Owns the cutting of what a service prints into lines, however its bytes come.

import { StringDecoder } from 'node:string_decoder';

/** A line without an end is shown in pieces of so many characters. */
const MAX_LINE = 16_384;

export interface OutputLines {
  take(chunk: Buffer): void;
  /** Passes on what has no line end. */
  finish(): void;
}

/**
 * @param onLine takes each line without its end; of one that was written over by carriage returns, what stood there last
 */
export function outputLines(onLine: (line: string) => void): OutputLines {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const pass = (line: string): void => {
    const plain = line.endsWith('\r') ? line.slice(0, -1) : line;
    onLine(plain.slice(plain.lastIndexOf('\r') + 1));
  };
  return {
    take(chunk) {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) pass(line);
      for (; rest.length > MAX_LINE; rest = rest.slice(MAX_LINE)) pass(rest.slice(0, MAX_LINE));
    },
    finish() {
      rest += decoder.end();
      if (rest !== '') pass(rest);
      rest = '';
    },
  };
}
