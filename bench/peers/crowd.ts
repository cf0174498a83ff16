// Owns a crowd of servers that all start at once: what each was given, and whether it answers there as itself.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a server says of itself. */
export interface Told {
  readonly name: string;
  readonly what: 'ready' | 'port' | 'listening' | 'failed';
  readonly port?: number;
  readonly reason?: string;
}

export interface Crowd {
  readonly names: readonly string[];
  /** The words that start the server of this name; it finds the collector by its path. */
  command(name: string, collector: string): readonly [program: string, ...words: string[]];
  readonly env: NodeJS.ProcessEnv;
  readonly dir: string;
  /** Whether all wait, loaded, for the word to go; else they go as they are started. */
  readonly doesWait: boolean;
}

/** What became of one server. */
export interface Fate {
  readonly name: string;
  /** Null where it never got one. */
  readonly port: number | null;
  /** Null where it answers as itself. */
  readonly failure: string | null;
}

export interface Gathered {
  readonly fates: readonly Fate[];
  /** From the word to go to the last server that listens or has failed. */
  readonly ms: number;
}

/** A server that has said nothing for so long counts as failed. */
const PATIENCE_MS = 180_000;
const END_MS = 10_000;

/** Starts all servers of a crowd, waits until each listens or has failed, asks each who it is, and ends all. */
export async function gather(crowd: Crowd, scratch: string): Promise<Gathered> {
  const path = join(scratch, 'collector.sock');
  const told = new Map<string, Told[]>(crowd.names.map((name) => [name, []]));
  const said = new Map<string, string>();
  const sockets = new Set<Socket>();
  const collector = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    createInterface(socket).on('line', (line) => {
      const message: Told = JSON.parse(line);
      told.get(message.name)?.push(message);
    });
  }).listen(path);
  await once(collector, 'listening');
  let started = performance.now();
  const children = crowd.names.map((name) => {
    const [program, ...words] = crowd.command(name, path);
    const child = spawn(program, words, {
      cwd: crowd.dir,
      env: crowd.env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr
      ?.setEncoding('utf8')
      .on('data', (text: string) => said.set(name, (said.get(name) ?? '') + text));
    const fail = (reason: string): void => void told.get(name)?.push({ name, what: 'failed', reason });
    child.on('error', ({ message }) => fail(message));
    child.on('exit', (status, signal) => fail(`it ended with ${signal ?? status}`));
    return child;
  });
  const has = (name: string, kinds: readonly Told['what'][]): boolean =>
    told.get(name)?.some(({ what }) => kinds.includes(what)) === true;
  const all = async (...kinds: Told['what'][]): Promise<void> => {
    const until = performance.now() + PATIENCE_MS;
    while (!crowd.names.every((name) => has(name, kinds)) && performance.now() < until) await sleep(5);
  };
  try {
    if (crowd.doesWait) {
      await all('ready', 'failed');
      started = performance.now();
      for (const socket of sockets) socket.write('go\n');
    }
    await all('listening', 'failed');
    const ms = performance.now() - started;
    const fates = await Promise.all(
      crowd.names.map((name) => fateOf(name, told.get(name) ?? [], said.get(name) ?? '')),
    );
    return { fates, ms };
  } finally {
    for (const socket of sockets) socket.destroy();
    collector.close();
    await Promise.all(children.map(end));
  }
}

async function fateOf(name: string, told: readonly Told[], said: string): Promise<Fate> {
  const port = told.find(({ what }) => what === 'port')?.port ?? null;
  const isListening = told.some(({ what }) => what === 'listening');
  if (!isListening || port === null) {
    const reason = told.find(({ what }) => what === 'failed')?.reason ?? 'it said nothing';
    // What it says besides is the same for all that failed alike, but for numbers.
    const [first = ''] = said.trim().split('\n');
    return { name, port, failure: first === '' ? reason : `${reason} (${first.replaceAll(/\d+/g, 'N')})` };
  }
  try {
    const answer = await (await fetch(`http://127.0.0.1:${port}/`)).text();
    return { name, port, failure: answer === name ? null : 'another one answers there' };
  } catch (error) {
    return { name, port, failure: String(error) };
  }
}

/** A server ends with the collector; whoever started it gets a moment to see that. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
  await ended;
  clearTimeout(timer);
}
