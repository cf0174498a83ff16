// Owns a crowd of clients: each with a connection of its own, all open before the first of them asks.

import http from 'node:http';
import net from 'node:net';
import type { TestDaemon } from './daemon-fixture.ts';

export interface Reply<Body> {
  readonly status: number;
  readonly body: Body;
}

/** Two of three speak over the unix socket. */
const TCP_SHARE = 3;

/**
 * Opens a connection for each of `bodies`, then sends all of them at once to `POST /allocate`.
 *
 * @returns the answers in the order of the bodies
 */
export async function askAtOnce<Body>(
  daemon: TestDaemon,
  bodies: readonly object[],
): Promise<readonly Reply<Body>[]> {
  const clients = await Promise.all(
    bodies.map(async (body, index) => {
      const isTcp = index % TCP_SHARE === 0;
      const tcp = { host: `127.0.0.1:${daemon.port}`, authorization: `Bearer ${daemon.token}` };
      const socket = await opened(
        isTcp ? { port: daemon.port, host: '127.0.0.1' } : { path: daemon.home.socket },
      );
      return { body, socket, headers: isTcp ? tcp : { host: 'localhost' } };
    }),
  );
  return await Promise.all(clients.map(({ body, socket, headers }) => ask<Body>(socket, headers, body)));
}

function opened(target: net.NetConnectOpts): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(target);
    socket.once('error', reject);
    socket.once('connect', () => resolve(socket));
  });
}

function ask<Body>(socket: net.Socket, headers: object, body: object): Promise<Reply<Body>> {
  const payload = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = http.request({
      createConnection: () => socket,
      method: 'POST',
      path: '/allocate',
      headers: {
        ...headers,
        connection: 'close',
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(payload),
      },
    });
    request.once('error', reject);
    request.once('response', async (response) => {
      try {
        let text = '';
        for await (const chunk of response.setEncoding('utf8')) text += chunk;
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as Body });
      } catch (error) {
        reject(error);
      }
    });
    request.end(payload);
  });
}
