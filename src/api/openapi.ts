// Owns the OpenAPI document: operations and schemas in the words of OpenAPI 3.1.

import type { TSchema } from 'typebox';
import { ERRORS, type ErrorCode, HOMEPAGE } from '../errors.ts';
import { API_VERSION, VERSION } from './api-version.ts';
import type { Operation } from './operation.ts';
import { operationEntries } from './operations.ts';
import * as leases from './schemas.ts';
import * as cleanup from './schemas-cleanup.ts';
import * as daemon from './schemas-daemon.ts';
import * as dashboard from './schemas-dashboard.ts';
import * as events from './schemas-events.ts';
import * as instances from './schemas-instance.ts';
import * as ranges from './schemas-ranges.ts';
import * as renewal from './schemas-renew.ts';
import * as scan from './schemas-scan.ts';

type Json = Record<string, unknown>;

/** What every operation over TCP may answer, whatever it does. */
const COMMON: readonly ErrorCode[] = [
  'INVALID_REQUEST',
  'UNAUTHORIZED',
  'FORBIDDEN',
  'REQUEST_TIMEOUT',
  'TOO_MANY_REQUESTS',
  'HEADERS_TOO_LARGE',
  'INTERNAL',
];
const WITH_BODY: readonly ErrorCode[] = ['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'];

/** The whole API as an OpenAPI 3.1 document: plain JSON data, the same at every call. */
export function openapiDocument(): Json {
  const schemas = namedSchemas();
  const paths: Record<string, Json> = {};
  for (const [id, operation] of operationEntries()) {
    const path = operation.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(id, operation, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Styxy',
      version: VERSION,
      summary: "Ports for every dev server, worktree and coding agent of a developer's machine",
      description:
        'JSON in, JSON out. The unix socket `styxy.sock` in STYXY_HOME needs no token; over TCP on loopback every operation but `GET /health` and the files of the dashboard needs `Authorization: Bearer <token>` with the content of `auth.token`. Unknown fields are refused.',
      license: { name: 'MIT', identifier: 'MIT' },
      'x-api-version': API_VERSION,
    },
    externalDocs: { url: HOMEPAGE },
    servers: [
      {
        url: 'http://127.0.0.1:{port}',
        variables: { port: { default: '9876', description: '`port` in daemon.json' } },
      },
    ],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'The content of auth.token in STYXY_HOME' },
      },
      schemas: Object.fromEntries(
        [...schemas].map(([schema, name]) => [name, inline(schema, schemas)] as const).sort(byName),
      ),
    },
  };
}

function describe(id: string, operation: Operation, schemas: ReadonlyMap<object, string>): Json {
  return {
    operationId: id,
    summary: operation.summary,
    description: operation.description,
    ...(operation.isPublic === true ? { security: [] } : {}),
    ...parametersOf(operation),
    ...(operation.body === undefined
      ? {}
      : {
          requestBody: {
            required: operation.bodyOptional !== true,
            content: { 'application/json': { schema: reference(operation.body, schemas) } },
          },
        }),
    responses: { ...answersOf(operation, schemas), ...refusalsOf(operation) },
  };
}

function parametersOf(operation: Operation): Json {
  const parameters: Json[] = [];
  for (const [place, object] of [
    ['path', operation.params],
    ['query', operation.query],
    ['header', operation.headers],
  ] as const) {
    for (const [name, schema] of Object.entries(object?.properties ?? {})) {
      const { description, ...rest } = schema as TSchema & { description?: string };
      parameters.push({ name, in: place, required: place === 'path', description, schema: plain(rest) });
    }
  }
  return parameters.length === 0 ? {} : { parameters };
}

function answersOf(operation: Operation, schemas: ReadonlyMap<object, string>): Json {
  return Object.fromEntries(
    Object.entries(operation.answers).map(([status, answer]) => [
      status,
      {
        description: answer.description,
        content: {
          [operation.mediaType ?? 'application/json']: { schema: reference(answer.schema, schemas) },
        },
      },
    ]),
  );
}

function refusalsOf(operation: Operation): Json {
  const codes = [...COMMON, ...(operation.body === undefined ? [] : WITH_BODY), ...operation.errors];
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set(codes)) {
    const status = ERRORS[code].status;
    // An operation that answers this status itself, as a degraded health does, has no problem document there.
    if (operation.answers[status] === undefined)
      byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, names]) => [
      status,
      {
        description: names.map((code) => `\`${code}\`: ${ERRORS[code].title}`).join('; '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}

/** Schemas that stand under a name of their own, by identity: exported ones, `ProblemJson` as `Problem`. */
function namedSchemas(): ReadonlyMap<object, string> {
  const named = new Map<object, string>();
  for (const [name, value] of Object.entries({
    ...leases,
    ...renewal,
    ...scan,
    ...cleanup,
    ...instances,
    ...ranges,
    ...daemon,
    ...events,
    ...dashboard,
  })) {
    // A query stands with its operation, one parameter for each field.
    if (typeof value === 'object' && !/(?:Query|Headers)$/.test(name))
      named.set(value, name.replace(/Json$/, ''));
  }
  return named;
}

function reference(schema: object, schemas: ReadonlyMap<object, string>): unknown {
  const name = schemas.get(schema);
  return name === undefined ? inline(schema, schemas) : { $ref: `#/components/schemas/${name}` };
}

/** The schema itself, with references for the named schemas inside it. */
function inline(schema: object, schemas: ReadonlyMap<object, string>): unknown {
  if (Array.isArray(schema)) return schema.map((item) => within(item, schemas));
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, within(value, schemas)]));
}

function within(value: unknown, schemas: ReadonlyMap<object, string>): unknown {
  return typeof value === 'object' && value !== null ? reference(value, schemas) : value;
}

function plain(schema: object): unknown {
  return JSON.parse(JSON.stringify(schema));
}

function byName(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : 1;
}
