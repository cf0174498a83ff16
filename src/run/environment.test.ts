import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  leasedEnvironment,
  type NamedLease,
  portVariables,
  variableSuffix,
  withoutPort,
} from './environment.ts';

function lease(fields: Partial<NamedLease>): NamedLease {
  const port = fields.port ?? 3000;
  return {
    lock_id: `lock-${port}`,
    port,
    service_type: 'dev',
    service_name: 'web',
    url: `http://web.shop.localhost:${port}`,
    fence: port,
    ...fields,
  };
}

describe('the names of variables', () => {
  for (const [name, suffix] of [
    ['web', 'WEB'],
    ['my-app', 'MY_APP'],
    ['@acme/web.client', '_ACME_WEB_CLIENT'],
    ['api_v2', 'API_V2'],
  ] as const) {
    it(`make ${suffix} of ${name}`, () => assert.equal(variableSuffix(name), suffix));
  }
});

describe('the variables of a project', () => {
  it('name every lease, by its type where it has no name', () => {
    assert.deepEqual(
      portVariables([lease({}), lease({ port: 8000, service_type: 'api', service_name: null })], true),
      {
        STYXY_PORT_WEB: '3000',
        STYXY_URL_WEB: 'http://web.shop.localhost:3000',
        STYXY_PORT_API: '8000',
        STYXY_URL_API: 'http://web.shop.localhost:8000',
      },
    );
  });

  it('stay with the older lease of one name, in whatever order they come', () => {
    const older = lease({ port: 3001, fence: 1 });
    const newer = lease({ port: 3000, fence: 2, service_type: 'ui' });
    assert.equal(portVariables([older, newer], true).STYXY_PORT_WEB, '3001');
    assert.equal(portVariables([newer, older], true).STYXY_PORT_WEB, '3001');
  });

  it('have plain URLs where servers would not find the names', () => {
    assert.equal(portVariables([lease({})], false).STYXY_URL_WEB, 'http://localhost:3000');
  });

  it('have no URL where a lease has none, not even that of a namesake', () => {
    const udp = lease({ port: 5000, fence: 1, url: null });
    assert.deepEqual(portVariables([lease({ fence: 2 }), udp], true), { STYXY_PORT_WEB: '5000' });
  });
});

describe('the environment of a command', () => {
  const own = lease({ port: 3002, fence: 9 });
  const env = leasedEnvironment(
    { PATH: '/bin', PORT: '1', EMPTY: '' },
    own,
    [lease({ fence: 1 }), own],
    true,
  );

  it('is its own, with its port and lease', () => {
    assert.equal(env.PATH, '/bin');
    assert.equal(env.EMPTY, '');
    assert.equal(env.PORT, '3002');
    assert.equal(env.STYXY_LOCK_ID, 'lock-3002');
  });

  it('names its own lease even when an older one has the name', () => {
    assert.equal(env.STYXY_PORT_WEB, '3002');
    assert.equal(env.STYXY_URL_WEB, 'http://web.shop.localhost:3002');
  });
});

describe('an environment without a port', () => {
  it('is the same but for PORT', () => {
    const env = { PORT: '1', PORTS: '2', PATH: '/bin' };
    assert.deepEqual(withoutPort(env), { PORTS: '2', PATH: '/bin' });
    assert.equal(env.PORT, '1');
  });
});
