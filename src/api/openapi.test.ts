import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ERRORS } from '../errors.ts';
import { openapiDocument } from './openapi.ts';
import { operationEntries } from './operations.ts';

type Json = Readonly<Record<string, unknown>>;
const document = openapiDocument();

function* within(value: unknown): Generator<Json> {
  if (Array.isArray(value)) for (const item of value) yield* within(item);
  else if (typeof value === 'object' && value !== null) {
    yield value as Json;
    for (const inner of Object.values(value)) yield* within(inner);
  }
}

function resolve(reference: string): unknown {
  return reference
    .slice('#/'.length)
    .split('/')
    .reduce<unknown>((at, key) => (at as Json | undefined)?.[key], document);
}

describe('the OpenAPI document', () => {
  it('is plain JSON, the same at every call', () => {
    assert.deepEqual(JSON.parse(JSON.stringify(document)), document);
    assert.deepEqual(openapiDocument(), document);
    assert.match(String(document.openapi), /^3\.1\./);
  });
  it('has every operation once, with its parameters declared', () => {
    const ids: unknown[] = [];
    for (const [path, item] of Object.entries(document.paths as Record<string, Record<string, Json>>)) {
      for (const operation of Object.values(item)) {
        ids.push(operation.operationId);
        assert.ok(operation.summary && operation.description, path);
        const parameters = (operation.parameters ?? []) as {
          name: string;
          in: string;
          description?: string;
        }[];
        const inPath = parameters.filter((each) => each.in === 'path').map(({ name }) => name);
        assert.deepEqual(
          inPath,
          [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]),
        );
        for (const { name, description } of parameters) assert.ok(description, `${path} ${name}`);
      }
    }
    assert.deepEqual(
      [...ids].sort(),
      operationEntries()
        .map(([id]) => id)
        .sort(),
    );
    assert.equal(new Set(ids).size, ids.length);
  });
  it('refers to nothing that is missing, and holds no schema that is never used', () => {
    const used = new Set<string>();
    for (const each of within(document)) {
      if (typeof each.$ref !== 'string') continue;
      used.add(each.$ref);
      assert.notEqual(resolve(each.$ref), undefined, each.$ref);
    }
    const { schemas } = document.components as { schemas: object };
    const queries = Object.keys(schemas).filter((name) => name.endsWith('Query'));
    assert.deepEqual(queries, [], 'queries are parameters');
    for (const name of Object.keys(schemas)) assert.ok(used.has(`#/components/schemas/${name}`), name);
  });
  it('describes every field of every schema', () => {
    for (const schema of within((document.components as Json).schemas)) {
      if (typeof schema.properties !== 'object' || schema.properties === null) continue;
      for (const [name, property] of Object.entries(schema.properties as Record<string, Json>)) {
        assert.ok('description' in property || '$ref' in property, name);
      }
      for (const name of (schema.required ?? []) as string[]) assert.ok(name in schema.properties, name);
    }
  });
  it('has patterns that compile', () => {
    for (const { pattern } of within(document)) {
      if (typeof pattern === 'string') assert.doesNotThrow(() => new RegExp(pattern, 'u'));
    }
  });
  it('answers failures with problem documents of statuses that the errors have', () => {
    const statuses = new Set(Object.values(ERRORS).map(({ status }) => String(status)));
    for (const item of Object.values(document.paths as Record<string, Record<string, Json>>)) {
      for (const { responses, security, operationId } of Object.values(item)) {
        for (const [status, answer] of Object.entries(responses as Record<string, { content: object }>)) {
          if (Number(status) < 400 || 'application/json' in answer.content) continue;
          assert.ok(statuses.has(status), status);
          assert.deepEqual(Object.keys(answer.content), ['application/problem+json']);
        }
        const isPublic = ['health', 'dashboard', 'dashboardFile'].includes(String(operationId));
        assert.equal(security !== undefined, isPublic, String(operationId));
      }
    }
  });
});
