import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { describe, it } from 'node:test';
import { freeRange } from '../../test/e2e/port-range.ts';
import { acceptsConnections, answersHttp } from './answering.ts';

/** Ports that nobody takes by chance once a server of these tests is gone. */
const [first] = freeRange('answering', 4);
let next = first;
const freePort = (): number => next++;

describe('whether a server answers', () => {
  for (const host of ['127.0.0.1', '::1']) {
    it(`is seen on ${host}`, async () => {
      const server = createServer((socket) => socket.destroy());
      const port = freePort();
      server.listen(port, host);
      await once(server, 'listening');
      assert.equal(await acceptsConnections(port), true);
      server.close();
      await once(server, 'close');
      assert.equal(await acceptsConnections(port), false);
    });
  }

  it('by HTTP takes any answer but a server error', async () => {
    let status = 503;
    const server = createHttpServer((_request, response) => response.writeHead(status).end());
    server.listen(freePort(), '127.0.0.1');
    await once(server, 'listening');
    const url = `http://web.shop.localhost:${(server.address() as AddressInfo).port}/`;
    assert.equal(await answersHttp(url), false);
    status = 404;
    assert.equal(await answersHttp(url), true);
    server.close();
    await once(server, 'close');
    assert.equal(await answersHttp(url), false);
  });

  it('by HTTP is false where a server speaks something else', async () => {
    const server = createServer((socket) => socket.end('220 mail\r\n'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://localhost:${(server.address() as AddressInfo).port}/`;
    assert.equal(await answersHttp(url), false);
    server.close();
  });
});
