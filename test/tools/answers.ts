// Owns how a server is asked whether it is there: over HTTP, and with the first bytes of other protocols.

import net from 'node:net';
import type { Tool } from './tool.ts';

/** How long one answer may take, in ms: a bundler compiles a page when it is asked for the first time. */
const ANSWER_MS = 60_000;

/** Whether the page at `path` has the copy's name in it. */
export function page(path = '/'): Tool['answers'] {
  return async (port, copy) => {
    try {
      const response = await fetch(`http://localhost:${port}${path}`, {
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      const text = await response.text();
      return response.ok && text.includes(copy);
    } catch {
      return false;
    }
  };
}

/**
 * Whether the first bytes of an answer match, read as latin1.
 *
 * @param greeting what is sent
 * @param expected the pattern, or how it comes from the checkout's path
 */
export function bytes(
  greeting: string | Buffer,
  expected: RegExp | ((checkout: string) => RegExp),
): Tool['answers'] {
  return (port, _copy, checkout) => {
    const pattern = expected instanceof RegExp ? expected : expected(checkout);
    return new Promise((resolve) => {
      let text = '';
      const socket = net.connect(port, '127.0.0.1', () => socket.write(greeting));
      socket.setTimeout(ANSWER_MS, () => socket.destroy());
      socket.on('error', () => resolve(false));
      socket.on('close', () => resolve(pattern.test(text)));
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
        if (!pattern.test(text)) return;
        resolve(true);
        socket.destroy();
      });
    });
  };
}
