// Owns the line between `styxy down` and the `styxy up` that runs elsewhere: one request, one answer, a line of JSON each.

import { chmodSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { addressOfSocket } from '../home.ts';

/** Nobody names more services than that. */
const MAX_REQUEST_BYTES = 65_536;

/** What may be asked: the end of these services, or of all. */
export interface DownRequest {
  readonly down: readonly string[] | null;
}

export interface DownReply {
  /** The services that ran, and have ended. */
  readonly ended: readonly string[];
  /** The services that go on. */
  readonly left: readonly string[];
}

/**
 * Answers on a socket that only the owner of the home reaches.
 *
 * @returns null where there can be no such socket; then a signal to the whole is all that `down` has
 */
export async function listenForDown(
  path: string,
  answer: (request: DownRequest) => Promise<DownReply>,
): Promise<Server | null> {
  const address = addressOfSocket(path);
  if (address === null) return null;
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    void readLine(socket)
      .then(parseRequest)
      .then(async (request) =>
        socket.end(request === null ? '' : `${JSON.stringify(await answer(request))}\n`),
      )
      .catch(() => socket.destroy());
  });
  return await new Promise((resolve) => {
    server.on('error', () => resolve(null));
    // The lock says that whoever left it is gone.
    if (process.platform !== 'win32') rmSync(path, { force: true });
    server.listen(address, () => {
      if (process.platform !== 'win32') chmodSync(path, 0o600);
      resolve(server);
    });
  });
}

/**
 * Asks the `up` behind a socket.
 *
 * @returns null where nobody answers
 */
export async function askDown(
  path: string,
  request: DownRequest,
  timeoutMs: number,
): Promise<DownReply | null> {
  const address = addressOfSocket(path);
  if (address === null) return null;
  const socket = connect(address);
  const timer = setTimeout(() => socket.destroy(), timeoutMs);
  try {
    socket.on('error', () => socket.destroy());
    socket.write(`${JSON.stringify(request)}\n`);
    return parseReply(await readLine(socket));
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

/** The first line that comes; what came until then where there is none. */
function readLine(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
      else if (text.length > MAX_REQUEST_BYTES) resolve('');
    });
    socket.on('close', () => resolve(text));
  });
}

function parse(line: string): Readonly<Record<string, unknown>> {
  try {
    const said: unknown = JSON.parse(line);
    return typeof said === 'object' && said !== null ? (said as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function parseRequest(line: string): DownRequest | null {
  const { down } = parse(line);
  return down === null || isTexts(down) ? { down } : null;
}

function parseReply(line: string): DownReply | null {
  const { ended, left } = parse(line);
  return isTexts(ended) && isTexts(left) ? { ended, left } : null;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
