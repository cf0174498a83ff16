// Proves the stream of events on real connections: what it tells, how it is resumed, and what becomes of slow readers.

import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { after, afterEach, before, describe, it } from 'node:test';
import type { StreamEvent } from '../../src/api/schemas-events.ts';
import { eventReader } from '../../src/client/event-lines.ts';
import { startDaemon } from './daemon-fixture.ts';
import { freeRange } from './port-range.ts';
import { RunFixture, SERVER, STYXY, type Started, TYPE, until } from './run-fixture.ts';

const NODE = process.execPath;
const PORTS = 20;
let fixture: RunFixture;
before(async () => {
  const config = { service_types: { [TYPE]: { range: freeRange('events', PORTS) } } };
  fixture = new RunFixture(await startDaemon({ config }));
});
after(() => fixture.stop());

interface Stream {
  readonly events: StreamEvent[];
  /** The last number that was told. */
  lastId: string;
  readonly closed: Promise<void>;
  close(): void;
}

const open: Pick<Stream, 'close'>[] = [];
afterEach(async () => {
  for (const stream of open.splice(0)) stream.close();
  await until('the end of all streams', async () => ((await opened()) === 0 ? true : null));
});

/** How many streams the daemon has open. */
async function opened(): Promise<number> {
  const { text } = await fixture.daemon.request('GET', '/metrics');
  return Number(/^styxy_event_streams (\d+)$/m.exec(text)?.[1]);
}

/** Resolves once the daemon told the number from which it goes on. */
function stream(lastId?: string): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const headers = lastId === undefined ? {} : { 'last-event-id': lastId };
    const socketPath = fixture.daemon.home.socket;
    const request = http.get({ socketPath, path: '/events', headers, agent: false }, (response) => {
      assert.equal(response.statusCode, 200);
      assert.equal(response.headers['content-type'], 'text/event-stream');
      const closed = Promise.withResolvers<void>();
      const made: Stream = {
        events: [],
        lastId: '',
        closed: closed.promise,
        close: () => request.destroy(),
      };
      open.push(made);
      const take = eventReader(({ id, data }) => {
        made.lastId = id;
        if (data !== null) made.events.push(data as StreamEvent);
        resolve(made);
      });
      let rest = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) take(line);
      });
      response.on('error', () => {});
      response.on('close', () => closed.resolve());
    });
    request.on('error', reject);
  });
}

const names = ({ events }: Stream): string[] =>
  events.map((event) => ('state' in event ? `seen ${event.state}` : event.event));
const grown = (of: Stream, length: number): Promise<unknown> =>
  until(`event ${length}`, () => (of.events.length >= length ? true : null));
const release = (lockId: string): Promise<unknown> =>
  fixture.daemon.request('DELETE', `/allocate/${lockId}?force=true`);

async function grantAndRelease(name: string): Promise<void> {
  const { lock_id: id } = await fixture.allocate({ service_name: name });
  await release(id);
}

describe('GET /events', () => {
  it('tells of a lease, its server and its end, with numbers that rise by one', async () => {
    const here = await stream();
    const first = Number(here.lastId);
    const { lock_id: id, port } = await fixture.allocate({ service_name: 'told' });
    const server = fixture.start(NODE, ['-e', SERVER], { env: { PORT: String(port) } });
    await grown(here, 2);
    server.child.kill('SIGKILL');
    await grown(here, 3);
    await release(id);
    await grown(here, 4);
    assert.deepEqual(names(here), ['granted', 'seen active', 'seen idle', 'released']);
    assert.deepEqual(
      here.events.map(({ number }) => number),
      [1, 2, 3, 4].map((step) => first + step),
    );
    for (const event of here.events) assert.equal('lock_id' in event ? event.lock_id : null, id);
  });

  it('is resumed without a gap, and says so where that cannot be, as after a restart', async () => {
    const lost = await stream();
    await grantAndRelease('before');
    await grown(lost, 2);
    lost.close();
    await grantAndRelease('meanwhile');
    const resumed = await stream(lost.lastId);
    await grown(resumed, 2);
    assert.deepEqual(names(resumed), ['granted', 'released']);
    assert.equal(resumed.events[0]?.number, Number(lost.lastId) + 1);
    await fixture.daemon.end();
    await resumed.closed;
    await fixture.daemon.restart();
    const anew = await stream(resumed.lastId);
    await grown(anew, 1);
    assert.deepEqual(names(anew), ['resync']);
  });

  it('drops a reader that reads nothing, and holds nothing for it in memory', async () => {
    const socket = net.connect(fixture.daemon.home.socket);
    socket.on('error', () => {});
    open.push({ close: () => socket.destroy() });
    socket.pause();
    socket.write('GET /events HTTP/1.1\r\nhost: localhost\r\n\r\n');
    const beside = await stream();
    assert.equal(await opened(), 2);
    const project = `/tmp/${'long/'.repeat(700)}`;
    for (let round = 0; (await opened()) === 2; round++) {
      assert.ok(round < 300, 'it is never dropped');
      const allocations = Array.from({ length: 12 }, (_, index) => ({
        service_type: TYPE,
        service_name: `slow${index}`,
        project_path: project,
      }));
      const { body } = await fixture.daemon.request<{ allocations: { lock_id: string }[] }>(
        'POST',
        '/allocate/batch',
        { allocations },
      );
      assert.ok(body.allocations, JSON.stringify(body));
      for (const { lock_id: id } of body.allocations) await release(id);
    }
    assert.equal(await opened(), 1, 'the one beside it is there');
    const numbers = beside.events.map(({ number }) => number);
    assert.ok(numbers.every((number, at) => at === 0 || number === (numbers[at - 1] ?? 0) + 1));
  });

  it('opens no more than there is place for, and says why', async () => {
    for (let count = 0; count < 64; count++) await stream();
    const { status, body } = await fixture.daemon.request('GET', '/events');
    assert.deepEqual([status, body.code], [429, 'TOO_MANY_REQUESTS']);
    assert.match(String(body.hint), /Close one/);
  });
});

describe('styxy events', () => {
  const events = (...args: string[]): Started => fixture.start(NODE, [...STYXY, 'events', ...args]);
  const waiting = () => until('its stream', async () => ((await opened()) === 1 ? true : null));

  it('prints what happens in sentences, also across a restart of the daemon', async () => {
    const run = events();
    await waiting();
    await grantAndRelease('sung');
    await run.printed(/released .* sung \(/);
    await fixture.daemon.end();
    await until('the word of it', () => (/No daemon answers/.test(run.err()) ? true : null));
    await fixture.daemon.restart();
    await until('the word of the gap', () => (/Events were missed/.test(run.err()) ? true : null));
    await grantAndRelease('again');
    await run.printed(/released .* again \(/);
    run.child.kill('SIGTERM');
    assert.equal(await run.ended, 'SIGTERM');
  });

  it('prints a document a line, and ends when nobody reads it any more', async () => {
    const run = fixture.start('sh', ['-c', `"$@" | head -n 1`, 'sh', NODE, ...STYXY, 'events', '--json']);
    await waiting();
    await grantAndRelease('one');
    assert.equal(await run.ended, 0, run.err());
    assert.equal(JSON.parse(run.out()).event, 'granted');
  });
});

it('`styxy list --watch` ends when nobody reads it any more, without a change', async () => {
  const run = fixture.start('sh', [
    '-c',
    `"$@" | head -n 1`,
    'sh',
    NODE,
    ...STYXY,
    'list',
    '--watch',
    '--json',
  ]);
  assert.equal(await run.ended, 0, run.err());
  assert.ok(Array.isArray(JSON.parse(run.out()).allocations));
});
