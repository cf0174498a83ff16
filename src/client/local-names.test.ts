import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { lookupLocally, resolvesLocalNames } from './local-names.ts';

describe('names below localhost', () => {
  it('are resolved where the system answers with loopback addresses alone', async () => {
    assert.equal(await resolvesLocalNames('localhost'), true);
    assert.equal(await resolvesLocalNames('192.0.2.1'), false, 'an address of another machine');
  });

  it('lead our own connections to this machine, also where the system does not know them', async () => {
    const server = createServer((request, response) => response.end(request.headers.host));
    server.listen(0, 'localhost');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const url = `http://web.fix-ui.localhost:${port}/`;
    const [response] = await once(get(url, { lookup: lookupLocally, agent: false }), 'response');
    response.setEncoding('utf8');
    const [text] = await once(response, 'data');
    assert.equal(text, `web.fix-ui.localhost:${port}`);
    server.close();
  });
});
