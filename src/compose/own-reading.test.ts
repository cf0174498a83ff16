import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { movesOf } from './moves.ts';
import { type OwnReading, readOwn } from './own-reading.ts';

async function read(texts: readonly string[], more: Partial<OwnReading> = {}) {
  return await readOwn({
    texts,
    variables: {},
    profiles: [],
    services: [],
    isWithoutOthers: false,
    ...more,
  });
}

/** By service: what it publishes. */
async function published(texts: readonly string[], more: Partial<OwnReading> = {}) {
  const model = await read(texts, more);
  assert.ok(model !== null);
  return movesOf(model).moves.map(({ service, start, target }) => `${service} ${start}:${target}`);
}

const SHOP = `
services:
  web: &web
    image: nginx
    depends_on: [api]
    ports:
      - "\${WEB_PORT:-8080}:80"
      - 9000
  api:
    build: .
    links: ["db:database"]
    ports: ["8000:8000"]
  db:
    image: postgres:16
    ports:
      - target: 5432
        published: 5432
  debug:
    <<: *web
    profiles: [dev]
    ports: ["9229:9229"]
`;

describe('the own reading of compose files', () => {
  it('finds what is published, and leaves what a profile keeps back', async () => {
    assert.deepEqual(await published([SHOP]), ['web 8080:80', 'api 8000:8000', 'db 5432:5432']);
    const variables = { WEB_PORT: '81' };
    assert.deepEqual((await published([SHOP], { variables }))[0], 'web 81:80');
  });

  it('takes in the profiles that are asked for', async () => {
    for (const more of [
      { profiles: ['dev'] },
      { profiles: ['*'] },
      { variables: { COMPOSE_PROFILES: 'x, dev' } },
    ])
      assert.equal((await published([SHOP], more)).at(-1), 'debug 9229:9229');
  });

  it('follows the services that are named to those that they depend on', async () => {
    assert.deepEqual(await published([SHOP], { services: ['api'] }), ['api 8000:8000', 'db 5432:5432']);
    assert.deepEqual(await published([SHOP], { services: ['web'], isWithoutOthers: true }), ['web 8080:80']);
    assert.deepEqual(await published([SHOP], { services: ['debug'], isWithoutOthers: true }), [
      'debug 9229:9229',
    ]);
  });

  it('adds the ports of a later file, and replaces them where a tag says so', async () => {
    const first = 'services: {web: {image: a, ports: ["80:80"]}, db: {ports: ["5432:5432"]}}';
    const more = (ports: string): string => `services: {web: {ports: ${ports}}}`;
    const web = async (ports: string) =>
      (await published([first, more(ports)])).filter((each) => /^web/.test(each));
    assert.deepEqual(await web('["81:81"]'), ['web 80:80', 'web 81:81']);
    assert.deepEqual(await web('["80:80"]'), ['web 80:80']);
    assert.deepEqual(await web('!override ["81:81"]'), ['web 81:81']);
    assert.deepEqual(await web('!reset []'), []);
    assert.deepEqual(await web('!reset null'), []);
  });

  it('says what it leaves because it is not certain', async () => {
    const model = await read([
      `include: [other.yaml]
services:
  web: {extends: {file: a.yaml, service: web}, ports: ["80:80"]}
  api: {ports: ["\${PORT:?}:80", "8000:8000"]}`,
    ]);
    assert.match(
      model?.unsure.join('\n') ?? '',
      /include[\s\S]*web: .*extends[\s\S]*api: .*\$\{PORT:\?\}:80/,
    );
    assert.deepEqual(
      movesOf(model ?? { services: [] }).moves.map(({ start }) => start),
      [8000],
    );
  });

  it('publishes nothing in the network of the host', async () => {
    assert.deepEqual(await published(['services: {web: {network_mode: host, ports: ["80:80"]}}']), []);
  });

  it('is none of what is no compose file', async () => {
    for (const text of ['', '[]', 'services: []', 'a: b: c', 'services: {a: *gone}', '\0'])
      assert.equal(await read([text]), null, JSON.stringify(text));
    assert.equal(await read([]), null);
  });

  it('does not unfold a document that grows without end', async () => {
    const laughs = Array.from(
      { length: 12 },
      (_, index) =>
        `l${index}: &l${index} [${Array(10)
          .fill(index === 0 ? 'x' : `*l${index - 1}`)
          .join(', ')}]`,
    );
    assert.equal(await read([`${laughs.join('\n')}\nservices: {a: {ports: *l11}}`]), null);
  });
});
