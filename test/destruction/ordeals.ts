// Owns what is done to a daemon by those who mean it harm or know no better; each ordeal returns its figures or throws Broken.

import { readdirSync } from 'node:fs';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AllocateAnswer } from '../../src/api/schemas.ts';
import { askAtOnce } from '../e2e/crowd.ts';
import type { TestDaemon } from '../e2e/daemon-fixture.ts';
import { Connection } from '../e2e/killed-clients.ts';
import { until } from '../e2e/run-fixture.ts';
import { allLeases, Broken } from './mixed-load.ts';

export const TYPE = 'abused';
/** How many ports the type must have that the ordeals lease from. */
export const PORTS = 150;
const CROWD = 1000;
const SLOW = 200;
const ENDLESS = 20;
/** What one of them may bring before it is cut off, with what lies in the buffers of the system. */
const MOST_TAKEN_BYTES = 64 * 2 ** 20;
const HALF_OPEN = 100;
/** Longer than the shortest term, and than the delay by which the daemon knows that it was stopped. */
const STOPPED_MS = 13_000;
const SHORTEST_TTL_SECONDS = 10;

type Ordeal = (daemon: TestDaemon) => Promise<string>;

function assertThat(isSo: boolean, what: string): asserts isSo {
  if (!isSo) throw new Broken(what);
}

function descriptorsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Every connection counts among the descriptors; some of the daemon's own come and go. */
async function untilClosed(daemon: TestDaemon, before: number): Promise<void> {
  await until('the daemon to close what was left open', () =>
    descriptorsOf(daemon.pid) <= before + 5 ? true : null,
  );
}

async function connected(port: number): Promise<net.Socket> {
  const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return socket;
}

function connectedMany(count: number, port: number): Promise<net.Socket[]> {
  return Promise.all(Array.from({ length: count }, () => connected(port)));
}

/** Allocates and releases over and over; returns how often, when `isOver` says so. */
async function serveMeanwhile(daemon: TestDaemon, isOver: () => boolean): Promise<number> {
  const connection = new Connection(daemon.home.socket);
  let served = 0;
  try {
    while (!isOver() || served === 0) {
      const granted = await connection.send<AllocateAnswer>('POST', '/allocate', { service_type: TYPE });
      assertThat(granted?.status === 201, `not served meanwhile: ${granted?.text}`);
      const released = await connection.send('DELETE', `/allocate/${granted.body.lock_id}`);
      assertThat(released?.status === 200, `not released meanwhile: ${released?.text}`);
      served += 1;
      await sleep(5);
    }
    return served;
  } finally {
    connection.close();
  }
}

/** A thousand clients with one connection each, more than there are ports: each port is granted once, the rest is refused. */
async function crowd(daemon: TestDaemon): Promise<string> {
  const bodies = Array.from({ length: CROWD }, (_, index) => ({
    service_type: TYPE,
    service_name: `client-${index}`,
    project_path: `/tmp/abused/${index}`,
  }));
  const replies = await askAtOnce<AllocateAnswer>(daemon, bodies);
  const granted = replies.filter(({ status }) => status === 201).map(({ body }) => body);
  const refused = replies.filter(({ status }) => status === 409);
  assertThat(granted.length + refused.length === CROWD, 'an answer is neither a grant nor a refusal');
  assertThat(new Set(granted.map(({ port }) => port)).size === granted.length, 'a port was granted twice');
  assertThat(new Set(granted.map(({ fence }) => fence)).size === granted.length, 'a fence was used twice');
  const connection = new Connection(daemon.home.socket);
  const held = new Set((await allLeases(connection)).map(({ lock_id }) => lock_id));
  for (const { lock_id } of granted) {
    assertThat(held.has(lock_id), `lost: ${lock_id}`);
    const released = await connection.send('DELETE', `/allocate/${lock_id}`);
    assertThat(released?.status === 200, `${released?.text}`);
  }
  connection.close();
  return `${CROWD} clients at once, ${granted.length} grants, ${refused.length} refusals`;
}

/** Slowloris: headers that come a byte at a time and never end. */
async function slowHeaders(daemon: TestDaemon): Promise<string> {
  const before = descriptorsOf(daemon.pid);
  const sockets = await connectedMany(SLOW, daemon.port);
  let open = sockets.length;
  for (const socket of sockets) {
    socket.on('close', () => {
      open -= 1;
    });
    socket.on('end', () => socket.destroy());
    socket.resume();
    socket.write('GET /health HTTP/1.1\r\nhost: localhost\r\nx-slow: ');
  }
  const drip = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write('x');
  }, 100);
  try {
    const served = await serveMeanwhile(daemon, () => open === 0);
    await untilClosed(daemon, before);
    return `${SLOW} connections with headers that never end were closed, ${served} clients served meanwhile`;
  } finally {
    clearInterval(drip);
    for (const socket of sockets) socket.destroy();
  }
}

/** Bodies of chunks without end, as fast as they are taken. */
async function endlessBodies(daemon: TestDaemon): Promise<string> {
  const before = descriptorsOf(daemon.pid);
  const chunk = `1000\r\n${' '.repeat(4096)}\r\n`;
  const sockets = await connectedMany(ENDLESS, daemon.port);
  let open = sockets.length;
  let sentBytes = 0;
  const heads = sockets.map(async (socket) => {
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
    });
    socket.on('end', () => socket.destroy());
    const pump = (): void => {
      while (socket.writable && socket.write(chunk)) sentBytes += chunk.length;
    };
    socket.on('drain', pump);
    socket.write(
      `POST /allocate HTTP/1.1\r\nhost: 127.0.0.1:${daemon.port}\r\nauthorization: Bearer ${daemon.token}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`,
    );
    pump();
    await new Promise((resolve) => socket.once('close', resolve));
    open -= 1;
    return text.slice(0, 12);
  });
  try {
    const served = await serveMeanwhile(daemon, () => open === 0);
    // Where the connection is cut while the client still writes, the answer may be lost with it.
    for (const head of await Promise.all(heads))
      assertThat(head === '' || head === 'HTTP/1.1 413', `an endless body was answered ${head}`);
    assertThat(sentBytes < ENDLESS * MOST_TAKEN_BYTES, `${sentBytes} bytes were taken before the end`);
    await untilClosed(daemon, before);
    return `${ENDLESS} endless bodies were cut off (${(sentBytes / 2 ** 20).toFixed(1)} MiB sent), ${served} clients served meanwhile`;
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

/** Connections that say nothing, half of something, or everything and are reset before the answer is read. */
async function halfOpen(daemon: TestDaemon): Promise<string> {
  const before = descriptorsOf(daemon.pid);
  const sockets = await connectedMany(HALF_OPEN, daemon.port);
  const texts = [
    '',
    'GET /he',
    'POST /allocate HTTP/1.1\r\ncontent-length: 9\r\n\r\n{"a"',
    'GET /health HTTP/1.1\r\n\r\n',
  ];
  for (const [index, socket] of sockets.entries()) {
    socket.resume();
    socket.write(texts[index % texts.length] ?? '');
    if (index % 3 === 0) socket.end();
    if (index % 3 === 1) socket.resetAndDestroy();
  }
  const served = await serveMeanwhile(daemon, () => true);
  for (const socket of sockets) socket.destroy();
  await untilClosed(daemon, before);
  return `${HALF_OPEN} half-open, half-closed and reset connections, none left, ${served} clients served meanwhile`;
}

/** Stopped for longer than the term of a lease: nobody could renew, so nobody loses anything. */
async function stopped(daemon: TestDaemon): Promise<string> {
  const connection = new Connection(daemon.home.socket);
  try {
    const bodies = Array.from({ length: 20 }, (_, index) => ({
      service_type: TYPE,
      service_name: `stopped-${index}`,
      project_path: '/tmp/abused/stopped',
      ttl_seconds: SHORTEST_TTL_SECONDS,
    }));
    const lockIds = new Set<string>();
    for (const body of bodies) {
      const reply = await connection.send<AllocateAnswer>('POST', '/allocate', body);
      assertThat(reply?.status === 201, `${reply?.text}`);
      lockIds.add(reply.body.lock_id);
    }
    process.kill(daemon.pid, 'SIGSTOP');
    await sleep(STOPPED_MS);
    const goesOn = Date.now();
    process.kill(daemon.pid, 'SIGCONT');
    // Two looks with ticks of the watch between them: the floor has to hold, not only the first answer.
    for (const waitMs of [0, 3_000]) {
      await sleep(waitMs);
      const held = new Map((await allLeases(connection)).map((lease) => [lease.lock_id, lease]));
      for (const lockId of lockIds) {
        const end = held.get(lockId)?.expires_at ?? null;
        assertThat(end !== null, `${lockId} ended while the daemon was stopped`);
        assertThat(
          Date.parse(end) >= goesOn + SHORTEST_TTL_SECONDS * 1000,
          `${lockId} has less than a full term left: until ${end}`,
        );
      }
    }
    for (const lockId of lockIds) await connection.send('DELETE', `/allocate/${lockId}`);
    return `${lockIds.size} leases of ${SHORTEST_TTL_SECONDS} s outlived ${STOPPED_MS / 1000} s of SIGSTOP`;
  } finally {
    connection.close();
  }
}

/** By name, in an order that lets each find the daemon as it was. */
export const ORDEALS: Readonly<Record<string, Ordeal>> = {
  'a crowd': crowd,
  'headers that never end': slowHeaders,
  'bodies that never end': endlessBodies,
  'half-open connections': halfOpen,
  'SIGSTOP past every term': stopped,
};
