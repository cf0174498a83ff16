// Proves that names, paths and numbers from outside are refused unless the grammar allows them, wherever they enter.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Answer, startDaemon, type TestDaemon } from './daemon-fixture.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.stop());

const BAD_NAMES = [
  '',
  'a;b',
  '$(reboot)',
  '`id`',
  '-rf',
  '--help',
  '../x',
  'a/../b',
  'a\nb',
  'a\u001b[2Jb',
  'a\u0000b',
  'a\u009bb',
  'a\u202eb',
  'a\u2066b',
  'a b',
  'a\u00e9',
  '💩',
  'x'.repeat(101),
];

async function unchanged(send: () => Promise<Answer>, field: string | null): Promise<void> {
  const state = async () =>
    (await daemon.request('GET', '/allocations')).text + (await daemon.request('GET', '/instance/list')).text;
  const before = await state();
  const answer = await send();
  assert.equal(answer.status, 400, answer.text);
  assert.equal(answer.body.code, 'INVALID_REQUEST', answer.text);
  if (field !== null) assert.equal(answer.body.field, field, answer.text);
  // No message may carry a character that a terminal obeys or that turns the direction of writing.
  assert.doesNotMatch(String(answer.body.detail), /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
  assert.equal(await state(), before);
}

describe('names', () => {
  for (const name of BAD_NAMES) {
    it(`${JSON.stringify(name).slice(0, 30)} is refused`, async () => {
      const post = (body: object) => () => daemon.request('POST', '/allocate', body);
      await unchanged(post({ service_type: name }), 'service_type');
      await unchanged(post({ service_type: 'dev', service_name: name }), 'service_name');
      await unchanged(post({ service_type: 'dev', instance_id: name }), 'instance_id');
      await unchanged(
        () => daemon.request('POST', '/instance/register', { instance_id: name }),
        'instance_id',
      );
      await unchanged(() => daemon.request('POST', '/instance/register', { template: name }), 'template');
      const batch = { allocations: [{ service_type: 'dev' }, { service_type: name }] };
      await unchanged(() => daemon.request('POST', '/allocate/batch', batch), 'allocations[1].service_type');
      const encoded = encodeURIComponent(name);
      await unchanged(() => daemon.request('GET', `/allocations?service_type=${encoded}`), 'service_type');
      await unchanged(() => daemon.request('DELETE', `/allocate/x?instance_id=${encoded}`), 'instance_id');
      if (name !== '' && !name.includes('..')) {
        await unchanged(() => daemon.request('PUT', `/instance/${encoded}/heartbeat`), 'id');
        await unchanged(() => daemon.request('DELETE', `/instance/${encoded}`), 'id');
      }
    });
  }
  for (const name of ['Web', 'dev_x', 'x'.repeat(51), '@scope/x']) {
    it(`the type ${name.slice(0, 20)} is refused`, () =>
      unchanged(() => daemon.request('POST', '/allocate', { service_type: name }), 'service_type'));
  }
  it('a well-formed type that nobody knows gets a range, whatever its name means elsewhere', async () => {
    for (const name of ['nobody-knows', 'constructor', 'tostring']) {
      const answer = await daemon.request('POST', '/allocate', { service_type: name });
      assert.equal(answer.status, 201, name);
      assert.equal((answer.body.auto_allocated as { service_type: string }).service_type, name);
    }
  });
  it('everything that the grammar allows is taken', async () => {
    const name = '@acme/web-app_2.0';
    const body = { service_type: 'dev', service_name: name, instance_id: 'agent:7.a_b-c' };
    const answer = await daemon.request('POST', '/allocate', body);
    assert.equal(answer.status, 201, answer.text);
    assert.equal(answer.body.service_name, name);
    await daemon.request('DELETE', '/instance/agent:7.a_b-c');
  });
});

describe('paths', () => {
  for (const path of [
    '',
    'relative',
    './x',
    '~/x',
    'C:\\x',
    '/a\nb',
    '/a\u0000b',
    '/a\u001bb',
    '/a\u0085b',
    '/a\u202eb',
    '/\ud800',
    `/${'x'.repeat(4_096)}`,
    `/${'é'.repeat(2_048)}`,
  ]) {
    it(`${JSON.stringify(path).slice(0, 30)} is refused`, async () => {
      await unchanged(
        () => daemon.request('POST', '/allocate', { service_type: 'dev', project_path: path }),
        'project_path',
      );
      await unchanged(
        () => daemon.request('POST', '/instance/register', { working_directory: path }),
        'working_directory',
      );
    });
  }
  it('what paths may hold is taken, and written in one way', async () => {
    const body = { service_type: 'dev', service_name: 'p', project_path: "/tmp/it's; $(here) `x` é 💩/" };
    const answer = await daemon.request('POST', '/allocate', body);
    assert.equal(answer.status, 201, answer.text);
    assert.equal(answer.body.project_path, body.project_path.slice(0, -1));
    const again = await daemon.request('POST', '/allocate', {
      ...body,
      project_path: body.project_path.slice(0, -1),
    });
    assert.equal(again.body.lock_id, answer.body.lock_id);
    await daemon.request('DELETE', `/allocate/${answer.body.lock_id}`);
  });
});

describe('numbers', () => {
  for (const port of [0, 80, 1023, 65_536, 70_000, 1.5, -1, '3000', true, [], {}, Number.POSITIVE_INFINITY]) {
    it(`the preferred port ${JSON.stringify(port)} is refused`, async () => {
      // JSON has no infinity: it is written as the null that counts as left out.
      const text = port === Number.POSITIVE_INFINITY ? '1e400' : JSON.stringify(port);
      await unchanged(
        () => daemon.request('POST', '/allocate', `{"service_type":"dev","preferred_port":${text}}`),
        'preferred_port',
      );
    });
  }
  for (const port of ['0', '70000', '1.5', '-1', 'abc', '3000x', '03000', '+3000', '0x10', '1e3', '%20']) {
    it(`the port ${port} is refused in a path and a query`, async () => {
      await unchanged(() => daemon.request('GET', `/check/${port}`), 'port');
      await unchanged(() => daemon.request('GET', `/allocations?port=${port}`), 'port');
    });
  }
  for (const [field, values] of Object.entries({
    count: [0, 33, 1.5, '2'],
    pid: [0, -1, 1.5, 2 ** 31, '7'],
    ttl_seconds: [0, -1, 2_592_001, 0.5, '60'],
    protocol: ['sctp', 'TCP', 6],
    exact: ['true', 1],
    new: ['false', 0],
    request_id: ['', 'a b', 'x'.repeat(201), 7],
  })) {
    it(`${field} is held to its bounds`, async () => {
      for (const value of values) {
        await unchanged(
          () => daemon.request('POST', '/allocate', { service_type: 'dev', [field]: value }),
          field,
        );
      }
    });
  }
  it('a query is held to the same', async () => {
    for (const query of ['limit=0', 'limit=1001', 'limit=x', 'cursor=x', 'cursor=-1']) {
      await unchanged(() => daemon.request('GET', `/allocations?${query}`), query.split('=')[0] ?? '');
    }
    await unchanged(() => daemon.request('DELETE', '/allocate/x?force=yes'), 'force');
    await unchanged(() => daemon.request('DELETE', '/allocate/x?fence=1&fence=2'), 'fence');
    await unchanged(() => daemon.request('GET', '/check/3000?protocol=icmp'), 'protocol');
  });
});

describe('bodies', () => {
  it('malformed, poisoned and deep JSON is refused, and no prototype changes', async () => {
    const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    for (const body of [
      '{',
      '{"service_type":"dev",}',
      '\u0000',
      'undefined',
      `{"service_type":"dev","x":${deep(20)}}`,
      deep(30_000),
      '{"service_type":"dev","__proto__":{"polluted":true}}',
      '{"service_type":"dev","constructor":{"prototype":{"polluted":true}}}',
      '{"service_type":"dev","\\u005f_proto__":{"polluted":true}}',
    ]) {
      await unchanged(() => daemon.request('POST', '/allocate', body), null);
    }
    await unchanged(
      () => daemon.request('POST', '/instance/register', '{"metadata":{"a":{"__proto__":{"polluted":1}}}}'),
      null,
    );
    const status = await daemon.request('GET', '/status');
    assert.ok(!('polluted' in status.body));
  });
  it('what is no object is refused', async () => {
    for (const body of ['null', '[]', '"dev"', '7', 'true', '']) {
      await unchanged(() => daemon.request('POST', '/allocate', body), null);
    }
    for (const allocations of [
      undefined,
      [],
      {},
      'x',
      [null],
      ['x'],
      Array(65).fill({ service_type: 'dev' }),
    ]) {
      await unchanged(() => daemon.request('POST', '/allocate/batch', { allocations }), null);
    }
  });
  it('an unknown field is refused with the nearest known one', async () => {
    const answer = await daemon.request('POST', '/allocate', { service_type: 'dev', prefered_port: 3000 });
    assert.equal(answer.status, 400);
    assert.match(String(answer.body.detail), /`preferred_port`/);
    const query = await daemon.request('GET', '/allocations?servicetype=dev');
    assert.equal(query.status, 400);
    assert.match(String(query.body.detail), /`service_type`/);
  });
  it('metadata has 4 KiB and twenty levels', async () => {
    const register = (metadata: unknown) => () =>
      daemon.request('POST', '/instance/register', { instance_id: 'm', metadata });
    await unchanged(register({ text: 'x'.repeat(4_096) }), 'metadata');
    await unchanged(register('text'), 'metadata');
    await unchanged(register([1]), 'metadata');
    const fits = await register({ text: 'x'.repeat(4_000), deep: [[[['ok']]]] })();
    assert.equal(fits.status, 201, fits.text);
    await daemon.request('DELETE', '/instance/m');
  });
  it('null counts as left out, except where something is required', async () => {
    const answer = await daemon.request('POST', '/allocate', {
      service_type: 'dev',
      service_name: null,
      pid: null,
    });
    assert.equal(answer.status, 201, answer.text);
    await daemon.request('DELETE', `/allocate/${answer.body.lock_id}`);
    await unchanged(() => daemon.request('POST', '/allocate', { service_type: null }), 'service_type');
  });
});
