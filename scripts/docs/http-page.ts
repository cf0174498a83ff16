// Owns the reference page of the HTTP API, made from the OpenAPI document.

import { openapiDocument } from '../../src/api/openapi.ts';
import { ERROR_CODES, ERRORS, type ErrorCode } from '../../src/errors.ts';
import { code, page, table } from './markdown.ts';
import { componentName, fieldRows, type Schema } from './schema-fields.ts';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly description: string;
  readonly schema: Schema;
}

interface Content {
  readonly [mediaType: string]: { readonly schema: Schema };
}

interface OperationObject {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly security?: readonly unknown[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content: Content }>>;
}

interface OpenApi {
  readonly info: { readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const PROBLEM = 'application/problem+json';

/** Shapes that stand apart, because several answers hold them. */
const SHAPES = ['Lease', 'Instance', 'Skipped', 'SystemUsage', 'PortInUse', 'ConfigProblem'];

const api = openapiDocument() as unknown as OpenApi;
const schemas = api.components.schemas;

export function renderHttp(): string {
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      title: `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
      operation,
    })),
  );
  const common = ERROR_CODES.filter((name) =>
    operations.every(({ operation }) => refusals(operation).includes(name)),
  );
  return page('HTTP API', [
    `${api.info.description} The same as OpenAPI 3.1: [openapi.json](../../openapi/openapi.json), or \`GET /openapi.json\`.`,
    'Times are ISO 8601 in UTC, durations in seconds. Within `api_version` 1 there are only additions. A refusal is a ' +
      `[problem document](errors.md); every operation may answer ${links(common)}.`,
    table(
      ['Request', 'What'],
      operations.map(({ title, operation }) => [`[\`${title}\`](#${anchor(title)})`, operation.summary]),
    ),
    ...operations.flatMap(({ title, operation }) => describeOperation(title, operation, common)),
    ...SHAPES.flatMap((name) => {
      const schema = schemas[name];
      if (schema === undefined) throw new Error(`the API has no shape ${name}`);
      return [`## ${name}`, `${schema.description}.`, fieldsTable(schema)];
    }),
  ]);
}

/** The anchor that GitHub gives a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replace(/\s/g, '-');
}

function describeOperation(
  title: string,
  operation: OperationObject,
  common: readonly ErrorCode[],
): string[] {
  const body = operation.requestBody?.content['application/json']?.schema;
  const own = refusals(operation).filter((name) => !common.includes(name));
  const answers = Object.entries(operation.responses).filter(
    ([, { content }]) => content[PROBLEM] === undefined,
  );
  return [
    `## ${title}`,
    operation.description,
    ...parameters(operation.parameters ?? []),
    ...(body === undefined ? [] : describeBody(body, operation.requestBody?.required === true)),
    ...describeAnswers(
      answers.map(([status, { description, content }]) => ({ status, description, content })),
    ),
    own.length === 0 ? '' : `**Refusals:** ${links(own)}.`,
  ];
}

function parameters(list: readonly Parameter[]): string[] {
  if (list.length === 0) return [];
  const properties = Object.fromEntries(
    list.map(({ name, schema, description }) => [name, { ...schema, description }]),
  );
  const required = list.filter((each) => each.required).map(({ name }) => name);
  const places = new Map<string, string>(list.map((each) => [each.name, each.in]));
  const rows = fieldRows({ type: 'object', properties, required }, shape);
  return [
    table(
      ['Parameter', 'In', 'Type', 'What'],
      rows.map(({ name, type, what }) => [code(name), places.get(name) ?? '', type, what]),
    ),
  ];
}

function describeBody(schema: Schema, isRequired: boolean): string[] {
  const resolved = resolve(schema);
  if (Object.keys(resolved.properties ?? {}).length === 0) return ['**Body:** none, or `{}`.'];
  return [`**Body**${isRequired ? '' : ' (may be left out)'}:`, fieldsTable(resolved, true)];
}

function describeAnswers(
  answers: readonly { status: string; description: string; content: Content }[],
): string[] {
  const statuses = answers.map(({ status, description }) => `\`${status}\` ${description}`);
  const [mediaType = '', content] = Object.entries(answers[0]?.content ?? {})[0] ?? [];
  const media = mediaType === 'application/json' ? '' : `, as \`${mediaType}\``;
  const schema = content === undefined ? {} : resolve(content.schema);
  const fields = Object.keys(schema.properties ?? {}).length === 0 ? '' : fieldsTable(schema);
  return [`**Answer:** ${statuses.join('; ')}${media}.`, fields];
}

/** Fields as a table; those of a lease are not repeated. */
function fieldsTable(schema: Schema, isInput = false): string {
  const isLease = holdsLease(schema);
  const rows = fieldRows(schema, shape)
    .filter(({ name }) => !isLease || !leaseNames.includes(name))
    .map(({ name, type, what, isRequired }) => [
      code(name),
      type,
      isInput && isRequired
        ? `**Required.** ${what}`
        : !isInput && !isRequired
          ? `${what} (only where it applies)`
          : what,
    ]);
  if (isLease) rows.unshift(['the fields of a lease', '[Lease](#lease)', 'The lease itself']);
  return table(['Field', 'Type', 'What'], rows);
}

function resolve(schema: Schema): Schema {
  const name = componentName(schema);
  return name === null ? schema : (schemas[name] ?? schema);
}

/** Shapes inside others that stand on this page under another heading. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  AllocateBody: '[body of `POST /allocate`](#post-allocate)',
  AllocateAnswer: '[answer of `POST /allocate`](#post-allocate)',
};

/** How a field's type names a shape: by a link to where it stands. */
function shape(schema: Schema): string | null {
  if (holdsLease(schema)) return `[Lease](#lease) with ${moreThanLease(schema).map(code).join(', ')}`;
  const name = componentName(schema);
  if (name === null) return null;
  if (SHAPES.includes(name)) return `[${name}](#${name.toLowerCase()})`;
  const elsewhere = ELSEWHERE[name];
  if (elsewhere === undefined) throw new Error(`the shape ${name} stands nowhere on the page`);
  return elsewhere;
}

const leaseNames = Object.keys(schemas.Lease?.properties ?? {});

/** Whether an object has all fields of a lease and more. */
function holdsLease(schema: Schema): boolean {
  const names = Object.keys(schema.properties ?? {});
  return names.length > leaseNames.length && leaseNames.every((name) => names.includes(name));
}

function moreThanLease(schema: Schema): string[] {
  return Object.keys(schema.properties ?? {}).filter((name) => !leaseNames.includes(name));
}

/** The codes that an operation's refusals name, in the order of the error table. */
function refusals(operation: OperationObject): ErrorCode[] {
  return ERROR_CODES.filter(
    (name) => operation.responses[String(ERRORS[name].status)]?.description.includes(`\`${name}\``) === true,
  );
}

function links(codes: readonly ErrorCode[]): string {
  return codes.map((name) => `[\`${name}\`](errors/${name}.md)`).join(', ');
}
