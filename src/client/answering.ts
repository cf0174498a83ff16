// Owns the question whether a server on this machine answers: by a connection, or by HTTP.

import { connect } from 'node:net';
import { lookupLocally } from './local-names.ts';

/** How long one try may take, in ms: a server that accepts and says nothing does not answer. */
const TRY_MS = 2_000;
/** From this status on the server itself says that it is not ready. */
const SERVER_ERROR = 500;

/** Whether somebody accepts a connection on `port` of this machine, on either family. */
export function acceptsConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: 'localhost', lookup: lookupLocally, timeout: TRY_MS });
    const settle = (isAccepted: boolean): void => {
      socket.destroy();
      resolve(isAccepted);
    };
    // A port of the kernel's own range can be connected to itself while nobody listens.
    socket.on('connect', () => settle(socket.localPort !== port));
    socket.on('timeout', () => settle(false));
    socket.on('error', () => settle(false));
  });
}

/** Whether a GET of `url` brings an answer that is no server error; a redirect is an answer. */
export async function answersHttp(url: string): Promise<boolean> {
  const { get } = await import('node:http');
  return await new Promise((resolve) => {
    const request = get(url, { agent: false, lookup: lookupLocally, timeout: TRY_MS }, (response) => {
      resolve((response.statusCode ?? SERVER_ERROR) < SERVER_ERROR);
      response.destroy();
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}
