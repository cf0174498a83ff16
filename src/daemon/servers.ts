// Owns the daemon's sockets: the unix socket, and TCP on one port of every address, all serving one application.

import { chmodSync, rmSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { StyxyError } from '../errors.ts';
import { answerClientError } from './client-error.ts';
import { boundBody } from './endless-body.ts';
import type { Guard, Refused } from './guard.ts';
import { PROBLEM_TYPE } from './problem-answer.ts';

/** No client needs more, and whoever sends slowly or without end must not tie up the daemon. */
const LIMITS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 5_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 2_000,
  // The guard answers a missing or second Host itself, with a problem document.
  requireHostHeader: false,
  keepAliveTimeout: 15_000,
} as const;
const MAX_CONNECTIONS = 1_024;
/** With Node's own 511, the unix socket refuses (EAGAIN) when a thousand clients connect at the same moment. */
const BACKLOG = MAX_CONNECTIONS;
/** How often another free port is tried when the one that IPv4 got is taken on IPv6. */
const MAX_PORT_TRIES = 20;

export type Route = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Listens on the unix socket; a file left behind by a daemon that was killed is removed.
 *
 * To be called by the holder of the home's lock alone: the file may be another daemon's otherwise.
 *
 * @param passedFd the socket, where a service manager listens on it already: then its file is the manager's
 * @param guard null where the permissions of the file are guard enough
 * @throws StyxyError HOME_UNUSABLE
 */
export async function listenOnSocket(
  path: string,
  passedFd: number | null,
  guard: Guard | null,
  route: Route,
): Promise<Server> {
  const handle = guard === null ? route : guarded(() => guard, route);
  const passed = passedFd === null ? null : await listenOnPassed(path, passedFd, handle);
  if (passed !== null) return passed;
  const server = newServer(handle);
  try {
    if (process.platform !== 'win32') rmSync(path, { force: true });
    await listen(server, { path });
    if (process.platform !== 'win32') chmodSync(path, 0o600);
  } catch (cause) {
    server.close();
    throw new StyxyError(
      'HOME_UNUSABLE',
      `The socket ${path} cannot be opened: ${(cause as Error).message}`,
      {
        ...(isDirectory(path)
          ? { hint: `Remove the directory that is in its place (${path}), or set STYXY_HOME to another one.` }
          : {}),
        cause,
      },
    );
  }
  return server;
}

/** @returns null where nobody would come: the file that leads to it was removed, or is another socket's by now */
async function listenOnPassed(path: string, fd: number, route: Route): Promise<Server | null> {
  const server = newServer(route);
  try {
    await listen(server, { fd });
    await connectOnce(path);
    chmodSync(path, 0o600);
    return server;
  } catch {
    server.close();
    return null;
  }
}

function connectOnce(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.on('error', reject);
    socket.on('connect', () => {
      socket.destroy();
      resolve();
    });
  });
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Sockets of TCP and the port that all of them have. */
export interface TcpServers {
  readonly servers: readonly Server[];
  readonly port: number;
}

/**
 * Listens on one port of every address. An address family that the machine does not have is left out.
 *
 * @param port 0 for any free one
 * @param guardFor makes the guard, once the port is known
 * @returns null when the port is taken
 * @throws the system's error when no address can be listened on for another reason
 */
export async function listenOnTcp(
  addresses: readonly string[],
  port: number,
  guardFor: (port: number) => Guard,
  route: Route,
): Promise<TcpServers | null> {
  for (let tries = 0; tries < (port === 0 ? MAX_PORT_TRIES : 1); tries++) {
    const found = await tryPort(addresses, port, guardFor, route);
    if (found !== null) return found;
  }
  return null;
}

async function tryPort(
  addresses: readonly string[],
  asked: number,
  guardFor: (port: number) => Guard,
  route: Route,
): Promise<TcpServers | null> {
  const servers: Server[] = [];
  let port = asked;
  let guard: Guard | null = null;
  for (const host of addresses) {
    const server = newServer(guarded(() => guard, route));
    try {
      await listen(server, { host, port, exclusive: true });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A machine without IPv6, or without IPv4, is served on what it has.
      if ((code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') && addresses.length > 1) continue;
      for (const each of servers) each.close();
      if (code === 'EADDRINUSE' || code === 'EACCES') return null;
      throw error;
    }
    servers.push(server);
    port = (server.address() as AddressInfo).port;
    guard ??= guardFor(port);
  }
  return servers.length === 0 ? null : { servers, port };
}

function guarded(guard: () => Guard | null, route: Route): Route {
  return (request, response) => {
    const refused = guard()?.(request) ?? null;
    if (refused === null) route(request, response);
    else refuse(response, refused);
  };
}

function refuse(response: ServerResponse, { problem, headers }: Refused): void {
  const body = JSON.stringify(problem);
  response.writeHead(problem.status, {
    ...headers,
    'content-type': PROBLEM_TYPE,
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

function newServer(route: Route): Server {
  const server = createServer(LIMITS, (request, response) => {
    boundBody(request);
    route(request, response);
  });
  server.maxConnections = MAX_CONNECTIONS;
  // No limit in number: a second Host header behind the two-thousandth would not be seen.
  server.maxHeadersCount = 0;
  server.on('clientError', answerClientError);
  return server;
}

function listen(server: Server, options: Parameters<Server['listen']>[0] & object): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...options, backlog: BACKLOG }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
