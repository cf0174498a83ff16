import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ComposeModel, modelOf } from './model.ts';
import { movesOf } from './moves.ts';
import { isIgnored, type Moved, overrideOf } from './override.ts';

/** In the form in which `docker compose config --format json` of Compose 2 answers. */
const CONFIG = {
  name: 'shop',
  networks: { default: { name: 'shop_default', ipam: {} } },
  services: {
    web: {
      command: null,
      container_name: 'shop-web',
      entrypoint: null,
      image: 'docker.io/library/nginx:1.27',
      networks: { default: null },
      ports: [
        { mode: 'ingress', host_ip: '127.0.0.1', target: 80, published: '8080', protocol: 'tcp' },
        { mode: 'ingress', host_ip: '::1', target: 80, published: '8080', protocol: 'tcp' },
        {
          name: 'tls',
          mode: 'ingress',
          target: 443,
          published: '8443',
          protocol: 'tcp',
          app_protocol: 'https',
        },
        { mode: 'ingress', target: 443, published: '8443', protocol: 'udp' },
        { mode: 'ingress', target: 9000, protocol: 'tcp' },
      ],
    },
    db: {
      image: 'postgres:16',
      networks: { default: null },
      ports: [{ mode: 'ingress', target: 5432, published: '5432', protocol: 'tcp' }],
    },
    many: { build: { context: '/shop' }, ports: [{ target: 7000, published: '7000-7009', protocol: 'tcp' }] },
    more: { build: { context: '/shop' }, ports: [{ target: 1, published: '7000-7099', protocol: 'tcp' }] },
    worker: { build: { context: '/shop' } },
  },
};

function model(config: unknown): ComposeModel {
  const read = modelOf(config);
  assert.ok(read !== null);
  return read;
}

const shop = model(CONFIG);
const { moves, kept } = movesOf(shop);

function movedBy(offset: number): Moved[] {
  return moves.map((move) => ({ move, port: move.start + offset }));
}

describe('the ports that move', () => {
  it('are one for each that is published, named by its service, and by its port in the container where there are several', () => {
    assert.deepEqual(
      moves.map(({ service, name, serviceType, protocol, start, count }) => [
        service,
        name,
        serviceType,
        protocol,
        start,
        count,
      ]),
      [
        ['web', 'web-80', 'proxy', 'tcp', 8080, 1],
        ['web', 'web-443', 'proxy', 'tcp', 8443, 1],
        ['web', 'web-443', 'proxy', 'udp', 8443, 1],
        ['db', 'db', 'database', 'tcp', 5432, 1],
        ['many', 'many', null, 'tcp', 7000, 10],
      ],
    );
    assert.deepEqual(kept, ['more: 7000-7099 are more than 32 ports, so they stay']);
  });

  it('have a name of their own also where one port of the container is published twice', () => {
    const twice = { services: { a: { ports: ['8080:80', '8081:80', '53:53/udp'] } } };
    const names = movesOf(model(twice)).moves.map(({ name }) => name);
    assert.deepEqual(names, ['a-80', 'a-80-8081', 'a-53']);
  });

  it('have a type by the image, else by the port in the container', () => {
    const type = (image: string | null, target: number): unknown => {
      const services = { a: { ...(image === null ? {} : { image }), ports: [`1234:${target}`] } };
      return movesOf(model({ services })).moves[0]?.serviceType;
    };
    assert.equal(type('ghcr.io/x/redis-stack:7@sha256:1', 1), 'infrastructure');
    assert.equal(type(null, 5432), 'database');
    assert.equal(type('own/thing', 1883), 'messaging');
    // Servers of several kinds open it.
    assert.equal(type(null, 3000), null);
  });

  it('are none of what is no answer of Compose', () => {
    for (const config of [null, 5, [], {}, { services: {} }, { services: [1] }])
      assert.equal(modelOf(config), null);
  });
});

describe('the override', () => {
  it('has all ports of the services of which one moves, in the place of theirs', async () => {
    assert.equal(
      await overrideOf(shop, movedBy(1)),
      `# Written by Styxy: the published ports of these services, moved to leased ones. Do not edit.

services:
  web:
    ports: !override
      - mode: ingress
        host_ip: 127.0.0.1
        target: 80
        published: "8081"
        protocol: tcp
      - mode: ingress
        host_ip: ::1
        target: 80
        published: "8081"
        protocol: tcp
      - name: tls
        mode: ingress
        target: 443
        published: "8444"
        protocol: tcp
        app_protocol: https
      - mode: ingress
        target: 443
        published: "8444"
        protocol: udp
      - mode: ingress
        target: 9000
        protocol: tcp
  db:
    ports: !override
      - mode: ingress
        target: 5432
        published: "5433"
        protocol: tcp
  many:
    ports: !override
      - target: 7000
        published: 7001-7010
        protocol: tcp
`,
    );
  });

  it('is none where nothing moves', async () => {
    assert.equal(await overrideOf(shop, []), null);
  });

  it('holds nothing that a name could make of it', async () => {
    const name = 'a: !x\n  b';
    const odd = model({ services: { [name]: { ports: ['8080:80'] } } });
    const text = await overrideOf(
      odd,
      movesOf(odd).moves.map((move) => ({ move, port: 9 })),
    );
    const { parse } = await import('yaml');
    const { services } = parse(text ?? '', { logLevel: 'silent' }) as { services: object };
    assert.deepEqual(Object.keys(services), [name]);
  });
});

describe('a Compose that does not know the tag', () => {
  const withDb = (ports: readonly string[]): ComposeModel => model({ services: { db: { ports } } });
  const moved = movedBy(1).filter(({ move }) => move.service === 'db');

  it('is told by ports that it adds', () => {
    assert.equal(isIgnored(withDb(['5432:5432', '5433:5432']), moved), true);
  });

  it('is none that replaces them, or of whose answer nothing follows', () => {
    assert.equal(isIgnored(withDb(['5433:5432']), moved), false);
    assert.equal(isIgnored(withDb(['5432:5432']), moved), false);
    assert.equal(isIgnored(model({ services: { other: {} } }), moved), false);
  });

  it('is not taken for one where two services change places', () => {
    const both = model({ services: { db: { ports: ['1:1', '2:2'] } } });
    const swapped = movesOf(both).moves.map((move) => ({ move, port: move.start === 1 ? 2 : 1 }));
    assert.equal(isIgnored(both, swapped), false);
  });
});
