// Proves what becomes of a leased port that a stranger takes: everybody who asks is told, and its holder gets another.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import type { AllocateAnswer, AllocationsAnswer, CheckAnswer } from '../../src/api/schemas.ts';
import { startDaemon } from './daemon-fixture.ts';
import { freeRange } from './port-range.ts';
import { RunFixture, SERVER, STYXY, serving, TYPE, until } from './run-fixture.ts';

const NODE = process.execPath;
let fixture: RunFixture;
before(async () => {
  const config = { service_types: { [TYPE]: { range: freeRange('hijacking', 10) } } };
  fixture = new RunFixture(await startDaemon({ config }));
});
after(() => fixture.stop());

/** Serves until its first request, and lives on. */
const LEAVING = `
const server = require('node:http').createServer((request, response) => {
  response.setHeader('connection', 'close');
  response.end('bye');
  server.close(() => console.log('left'));
});
server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('serving ' + process.env.PORT + ' as ' + process.pid + ' end'));
setInterval(() => {}, 1000);`;

it('a stranger on a leased port is told to everybody, and its holder gets another port', async () => {
  const { daemon } = fixture;
  let told = '';
  const stream = http.get({ socketPath: daemon.home.socket, path: '/events', agent: false }, (response) => {
    response.setEncoding('utf8').on('data', (text: string) => {
      told += text;
    });
    response.on('error', () => {});
  });
  const run = fixture.runTyped(['-n', 'prey', '--', NODE, '-e', LEAVING]);
  const { port } = await serving(run);
  const state = async (): Promise<string | null> => (await fixture.leaseOn(port))?.state ?? null;
  await until('its server to be seen', async () => ((await state()) === 'active' ? true : null));
  await fetch(`http://127.0.0.1:${port}/`);
  await run.printed(/left/);
  await until('its server to be missed', async () => ((await state()) === 'idle' ? true : null));

  const elsewhere = join(fixture.root, 'elsewhere');
  mkdirSync(elsewhere);
  const stranger = fixture.start(NODE, ['-e', SERVER], { cwd: elsewhere, env: { PORT: String(port) } });
  await serving(stranger);
  await until('the hijack', async () => ((await state()) === 'hijacked' ? true : null));

  // Whoever runs it.
  await until('the word of the run', () => (run.err().includes(String(stranger.pid)) ? true : null));
  assert.match(run.err(), new RegExp(`port ${port} `));
  // Whoever follows.
  await until('the event', () => (/^event: hijacked$/m.test(told) ? true : null));
  const event = JSON.parse(/^event: hijacked\ndata: (.*)$/m.exec(told)?.[1] ?? '{}');
  assert.deepEqual([event.port, event.service_name], [port, 'prey']);
  stream.destroy();
  // Whoever looks.
  const styxy = async (...args: string[]) => {
    const asked = fixture.start(NODE, [...STYXY, ...args]);
    return { status: await asked.ended, text: asked.out() + asked.err() };
  };
  const list = await styxy('list');
  assert.match(list.text, new RegExp(`${port} .*hijacked`));
  const check = await styxy('check', String(port));
  assert.equal(check.status, 1);
  assert.match(check.text, new RegExp(`port ${port} .*pid ${stranger.pid}`, 's'));
  const { body } = await daemon.request<CheckAnswer>('GET', `/check/${port}`);
  assert.deepEqual([body.available, body.system_usage?.pid], [false, stranger.pid]);
  const { text: metrics } = await daemon.request('GET', '/metrics');
  assert.match(metrics, /^styxy_hijacks_detected_total 1$/m);

  // Whoever asks again.
  const { body: next } = await daemon.request<AllocateAnswer>('POST', '/allocate', {
    ...{ service_type: TYPE, service_name: 'prey', project_path: fixture.project },
  });
  assert.deepEqual([next.existing, next.port === port], [false, false]);
  run.child.kill('SIGTERM');
  await run.ended;
  stranger.child.kill('SIGTERM');
  await stranger.ended;
  const { body: left } = await daemon.request<AllocationsAnswer>('GET', '/allocations');
  assert.deepEqual(
    left.allocations.map(({ lock_id: id }) => id),
    [next.lock_id],
  );
});
