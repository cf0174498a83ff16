import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StyxyError } from '../errors.ts';
import { OPERATIONS } from './operations.ts';
import { AllocateBody, AllocationsQuery, BatchBody } from './schemas.ts';
import { RegisterBody } from './schemas-instance.ts';
import { parserOf, printable, shown, textParserOf } from './validate.ts';

const parse = parserOf(AllocateBody, 'The body');
const query = textParserOf(AllocationsQuery, 'The query');

function faultOf(check: () => unknown): { message: string; field: unknown } {
  try {
    check();
  } catch (error) {
    if (error instanceof StyxyError) return { message: error.message, field: error.fields.field };
    throw error;
  }
  return { message: 'fits', field: undefined };
}

describe('messages', () => {
  const cases: readonly [unknown, string, string | undefined][] = [
    [{}, '`service_type` is missing, and it is required', 'service_type'],
    [
      { service_type: 'dev', preferred_port: '3000' },
      '`preferred_port` must be an integer from 1024 to 65535; got "3000"',
      'preferred_port',
    ],
    [{ service_type: 'dev', protocol: 'sctp' }, '`protocol` must be "tcp" or "udp"; got "sctp"', 'protocol'],
    [{ service_type: 'dev', exact: 1 }, '`exact` must be true or false; got 1', 'exact'],
    [
      { service_type: 'dev', serviceName: 'x' },
      'Unknown field "serviceName"; did you mean `service_name`?',
      'serviceName',
    ],
    [[], 'The body must be a JSON object, got an array', undefined],
    [undefined, 'The body must be a JSON object, got nothing', undefined],
    [{ service_type: 'dev', preferred_port: 3000, exact: true }, 'fits', undefined],
    [{ service_type: 'dev', service_name: null }, 'fits', undefined],
  ];
  for (const [value, message, field] of cases) {
    it(message, () =>
      assert.deepEqual(
        faultOf(() => parse(value)),
        { message, field },
      ),
    );
  }
  it('object to no unknown field where a schema lets it in', () => {
    const open = parserOf(OPERATIONS.hook.body, 'The event');
    assert.deepEqual(open({ session_id: 's' }), { session_id: 's' });
    assert.equal(faultOf(() => open([])).message, 'The event must be a JSON object, got an array');
  });

  it('list the known fields when none is near', () => {
    assert.match(
      faultOf(() => parse({ service_type: 'dev', zzzzzzzzzzz: 1 })).message,
      /known are service_type, /,
    );
  });
  it('name the element of an array', () => {
    const batch = parserOf(BatchBody, 'The body');
    const body = { allocations: [{ service_type: 'dev' }, { service_type: 'dev', count: 99 }] };
    assert.equal(faultOf(() => batch(body)).field, 'allocations[1].count');
  });
  it('count the bytes of metadata and paths, not the characters', () => {
    const register = parserOf(RegisterBody, 'The body');
    assert.equal(faultOf(() => register({ metadata: { a: 'é'.repeat(2_100) } })).field, 'metadata');
    assert.equal(faultOf(() => register({ working_directory: `/${'é'.repeat(2_047)}` })).message, 'fits');
    assert.equal(
      faultOf(() => register({ working_directory: `/${'é'.repeat(2_048)}` })).field,
      'working_directory',
    );
  });
});

describe('queries', () => {
  it('turn into numbers and booleans where the schema has them', () => {
    assert.deepEqual(
      { ...query({ port: '3000', service_type: '3000' }) },
      { port: 3000, service_type: '3000' },
    );
  });
  for (const texts of [
    { port: '03000' },
    { port: '3e3' },
    { port: '' },
    { port: ['1', '2'] },
    { limit: '1001' },
    { nope: '1' },
  ]) {
    it(`${JSON.stringify(texts)} is refused`, () =>
      assert.notEqual(faultOf(() => query(texts)).message, 'fits'));
  }
  it('know nothing of prototypes', () => {
    const texts: Record<string, string> = JSON.parse('{"__proto__":"1"}');
    assert.notEqual(faultOf(() => query(texts)).message, 'fits');
    assert.notEqual(faultOf(() => parse({ service_type: 'dev', toString: 1 })).message, 'fits');
  });
});

describe('values in messages', () => {
  it('are short, and obeyed by no terminal', () => {
    assert.equal(shown('a\u001b[2J\u202e'), '"a\\u001b[2J\\u202e"');
    assert.equal(shown('x'.repeat(99)), `"${'x'.repeat(60)}"… (99 characters)`);
    assert.equal(shown({ a: 1 }), 'an object');
    assert.equal(printable('a\u009bb'), 'a\\u009bb');
  });
});
