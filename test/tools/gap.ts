// Owns the gap between a grant and the moment when the app binds: a rival takes the port there, once, for certain.

import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Says the port to whoever waits at the socket, and ends when the connection does. */
const ASK = `require('node:net').connect(process.argv[2]).end(process.argv[3]).resume();`;

export interface Gap {
  /** A folder for the front of PATH: its program asks here, and then becomes the real one. */
  readonly bin: string;
  /** The ports that the program had at each of its starts. */
  readonly ports: readonly number[];
  close(): Promise<void>;
}

/**
 * Stands in front of a program of a tool. At its first start a rival, which is this process, listens on the port that
 * the tool is about to bind.
 *
 * @param program the name that the tool's command has
 * @param real where the program is
 * @param host on which address the rival listens
 */
export async function openGap(program: string, real: string, host: string): Promise<Gap> {
  const dir = mkdtempSync(join(realpathSync(tmpdir()), 'styxy-gap-'));
  const [socket, ask, bin] = [join(dir, 'socket'), join(dir, 'ask.cjs'), join(dir, 'bin')];
  mkdirSync(bin);
  writeFileSync(ask, ASK);
  const script = `#!/bin/sh\n'${process.execPath}' '${ask}' '${socket}' "$PORT" && exec '${real}' "$@"\n`;
  writeFileSync(join(bin, program), script);
  chmodSync(join(bin, program), 0o755);

  const ports: number[] = [];
  const rival = net.createServer((connection) => connection.resume().end("a stranger's"));
  const gate = net.createServer({ allowHalfOpen: true }, (connection) => {
    let text = '';
    connection.setEncoding('latin1').on('data', (more: string) => {
      text += more;
    });
    connection.on('end', () => {
      ports.push(Number(text));
      if (ports.length > 1) connection.end();
      else rival.listen(Number(text), host, () => connection.end());
    });
  });
  await new Promise<void>((resolve) => gate.listen(socket, resolve));
  return {
    bin,
    ports,
    close: async () => {
      for (const server of [rival, gate]) await new Promise((resolve) => server.close(resolve));
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
