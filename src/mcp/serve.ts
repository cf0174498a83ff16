// Owns the MCP server's life on standard input and output: it ends with its client, and owes no answer then.

import { PassThrough } from 'node:stream';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { openDesk } from './desk.ts';
import { buildServer } from './server.ts';

/** How long a client that is gone may keep the server with a call that is not answered yet, in ms. */
const LAST_ANSWERS_MS = 10_000;
/** Messages that came together are looked at one after the other. */
const TURNS = 20;

/**
 * Serves until standard input ends or nobody reads standard output any more. Nothing but the protocol goes to standard
 * output.
 */
export async function serve(env: NodeJS.ProcessEnv): Promise<void> {
  const { stdin, stdout } = process;
  const calls = new Set<Promise<unknown>>();
  const track = <T>(call: Promise<T>): Promise<T> => {
    calls.add(call);
    const forget = () => calls.delete(call);
    call.then(forget, forget);
    return call;
  };
  const desk = openDesk(env);
  // The library answers nothing any more once its input ends; `printf … | styxy mcp` wants its answers all the same.
  const input = new PassThrough();
  stdin.pipe(input, { end: false });
  const handle = serveStdio(() => buildServer(desk, track), {
    transport: new StdioServerTransport(input, stdout),
    onerror: (error) => console.error(`styxy mcp: ${error.message}`),
  });
  await new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error']) stdin.once(event, () => resolve());
    stdout.once('error', () => resolve());
  });
  await Promise.race([settled(calls), setTimeout(LAST_ANSWERS_MS, undefined, { ref: false })]);
  input.end();
  await handle.close();
}

async function settled(calls: ReadonlySet<Promise<unknown>>): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) {
    await Promise.allSettled(calls);
    await setImmediate();
  }
}
