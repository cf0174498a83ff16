import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import Schema from 'typebox/schema';
import { fileJsonSchema } from '../config/json-schema.ts';
import { parseProject } from './parse-project.ts';
import type { Surroundings } from './project-rules.ts';
import { PROJECT_SCHEMA, PROJECT_SCHEMA_URL } from './project-schema.ts';

const AROUND: Surroundings = {
  directory: '/src/shop',
  project: '/src/shop',
  projectOf: (directory) =>
    directory.startsWith('/src/shop/none')
      ? null
      : directory.startsWith('/src/shop')
        ? '/src/shop'
        : directory,
};
const parse = (text: string) => parseProject(text, AROUND);
const parseServices = (services: object) => parse(JSON.stringify({ services }));
/** Each mistake as `line:column path: message`. */
const mistakes = (text: string): string[] =>
  parse(text).errors.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`);
/** Of services in one line each mistake as `path: message`. */
const mistakesOf = (services: object): string[] =>
  parseServices(services).errors.map(({ path, message }) => `${path}: ${message}`);
const ref = (name: string): string => `$\{${name}}`;

const schema = JSON.parse(JSON.stringify(fileJsonSchema(PROJECT_SCHEMA, 'styxy.json', PROJECT_SCHEMA_URL)));

describe('styxy.json', () => {
  it('needs a name and a command for each service, and no more', () => {
    const { services, errors } = parse(
      '// why\n{"$schema": "x", "services": {"web": {"command": "vite",},}}',
    );
    assert.deepEqual(errors, []);
    assert.deepEqual(services, [
      {
        name: 'web',
        command: 'vite',
        type: null,
        preferredPort: null,
        listens: true,
        directory: '/src/shop',
        env: {},
        dependsOn: [],
        ready: { kind: 'port' },
        readyTimeoutMs: 60_000,
        restartsOnFailure: false,
      },
    ]);
  });

  it('may say everything', () => {
    const api = {
      command: 'node server.js',
      type: 'api',
      preferred_port: 8080,
      listens: true,
      cwd: 'apps/api',
      env: { URL: ref('STYXY_URL_WEB_1'), MODE: 'dev' },
      depends_on: ['web-1'],
      ready: { http: '/health', timeout_seconds: 5 },
      restart: 'on-failure',
    };
    const { services, errors } = parseServices({ api, 'web-1': { command: 'vite' } });
    assert.deepEqual(errors, []);
    const { name, directory, ready, readyTimeoutMs, restartsOnFailure, dependsOn, env } = services[0] ?? {};
    assert.deepEqual([name, directory, dependsOn, env], ['api', '/src/shop/apps/api', ['web-1'], api.env]);
    assert.deepEqual(
      [ready, readyTimeoutMs, restartsOnFailure],
      [{ kind: 'http', path: '/health' }, 5_000, true],
    );
  });

  it('says when a service is ready, and a step that completes opens no port', () => {
    const kinds = parseServices({
      a: { command: 'x', ready: { output: 'compiled' } },
      b: { command: 'x', ready: { completed: true } },
      c: { command: 'x', listens: false },
      d: { command: 'x', ready: { completed: false } },
    }).services.map(({ ready, listens }) => [ready.kind, listens]);
    assert.deepEqual(kinds, [
      ['output', true],
      ['completed', false],
      ['started', false],
      ['port', true],
    ]);
  });

  it('is told of every mistake at once, each in its place', () => {
    const text = [
      '{',
      '  "services": {',
      '    "web": { "comand": "vite", "restart": "always" },',
      '    "api": { "command": "node api.js", "depends_on": ["db", "web"], "cwd": "none" },',
      '    "-x": { "command": "x" }',
      '  }',
      '}',
    ].join('\n');
    assert.deepEqual(mistakes(text), [
      '3:12 services.web: needs a "command", such as "vite"',
      '3:14 services.web.comand: unknown key "comand"; did you mean "command"?',
      '3:43 services.web.restart: must be "no" or "on-failure", not "always"',
      '4:55 services.api.depends_on[0]: there is no service "db"; there are web, api',
      '4:76 services.api.cwd: there is no directory /src/shop/none',
      '5:5 services.-x: "-x" is no name for a service: letters, digits and @ . _ / -, at most 100, not beginning with a hyphen, no two dots in a row',
    ]);
  });

  const wrong: readonly (readonly [services: object, message: RegExp])[] = [
    [{}, /^services: names no service; add one/],
    [
      { a: { command: 'x', depends_on: ['b'] }, b: { command: 'x', depends_on: ['a'] } },
      /a → b → a; take one out$/,
    ],
    [{ a: { command: 'x', depends_on: ['a'] } }, /"a" would wait for itself: a → a/],
    [
      { 'a-b': { command: 'x' }, a_b: { command: 'x' } },
      /^services.a_b: "a_b" and "a-b" would both be STYXY_PORT_A_B/,
    ],
    [{ a: { command: 'x', cwd: '../blog' } }, /services.a.cwd: lies outside of \/src\/shop/],
    [{ a: { command: 'x', ready: { http: '/', output: 'up' } } }, /"http" says already when "a" is ready/],
    [{ a: { command: 'x', ready: { http: 'health' } } }, /must be a path that begins with \//],
    [{ a: { command: 'x', listens: false, ready: { http: '/' } } }, /"a" opens no port/],
    [{ a: { command: 'x', listens: false, preferred_port: 3000 } }, /has no use for one/],
    [{ a: { command: 'x', listens: false, type: 'dev' } }, /its type means nothing/],
    [{ a: { command: 'x', listens: true, ready: { completed: true } } }, /says that it listens/],
    [{ a: { command: 'x', env: { PORT: '3' } } }, /name a wish as "preferred_port"/],
    [
      { a: { command: 'x', env: { B: ref('STYXY_URL_B') } } },
      /there is no variable STYXY_URL_B; there are STYXY_PORT_A/,
    ],
    [{ a: { command: 'x', env: { '1': 'x' } } }, /"1" is no name for a variable/],
    [{ a: { command: ' ' } }, /must be a command/],
    [{ a: { command: 'x', type: 'Dev' } }, /must be lower-case letters/],
    [{ a: { command: 'x', ready: { timeout_seconds: 0 } } }, /must be from 1 to 3600/],
    [{ a: 'vite' }, /services.a: must be an object, not "vite"/],
  ];
  for (const [services, message] of wrong)
    it(`is wrong: ${JSON.stringify(services)}`, () => {
      const found = mistakesOf(services);
      assert.equal(found.length, 1, found.join('\n'));
      assert.match(found[0] ?? '', message);
    });

  for (const text of [
    '',
    '[]',
    '3',
    '{',
    '{"services": 3}',
    '{"services": {"a": null}}',
    '{"services": {"a": {}}}',
  ])
    it(`is wrong, and nothing is thrown: ${text}`, () => {
      const { services, errors } = parse(text);
      assert.deepEqual(services, []);
      assert.ok(errors.length > 0);
    });

  const forEditors: readonly (readonly [value: object, isRight: boolean])[] = [
    [{ services: { web: { command: 'vite' } } }, true],
    [
      { $schema: 'x', services: { '@acme/web': { command: 'vite', ready: { http: '/' }, env: { A: 'b' } } } },
      true,
    ],
    [{ services: { web: {} } }, false],
    [{ services: { web: { command: 'vite', restart: 'always' } } }, false],
    [{ services: { web: { command: 'vite', ready: { http: 'x' } } } }, false],
    [{ services: { web: { command: '' } } }, false],
    [{ services: { '-web': { command: 'vite' } } }, false],
    [{ service: {} }, false],
  ];
  for (const [value, isRight] of forEditors)
    it(`${JSON.stringify(value)} is ${isRight ? 'right' : 'wrong'}, for the reader and for editors`, () => {
      assert.equal(Schema.Check(schema, value), isRight);
      assert.equal(parse(JSON.stringify(value)).errors.length === 0, isRight);
    });
});
