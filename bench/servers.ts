// Owns the servers under measurement: daemons in temporary homes and the no-op server, each ended with the run.

import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { daemonCommand, daemonEnvironment } from '../src/client/daemon-entry.ts';
import { homeAt } from '../src/home.ts';
import { bareRequest } from './keep-alive.ts';
import type { Program } from './program.ts';

const NOTIFY_FD = 3;
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;

export interface Served {
  readonly pid: number;
  /** The path of its unix socket. */
  readonly socket: string;
  stop(): Promise<void>;
}

/** The type that holds many leases: all its ports are outside of what the system hands out by itself. */
export const BULK_TYPE = 'bulk';
export const BULK_RANGE = [12_000, 31_999] as const;

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Makes a home that knows the type with 20,000 ports. */
export function makeHome(scratch: string): string {
  const dir = mkdtempSync(join(scratch, 'home-'));
  const config = { service_types: { [BULK_TYPE]: { range: BULK_RANGE, instance_behavior: 'multi' } } };
  writeFileSync(join(dir, 'config.json'), JSON.stringify(config));
  return dir;
}

/** The environment of everything that is started: nothing of the caller's own Styxy. */
export function environmentFor(homeDir: string, binDir: string): NodeJS.ProcessEnv {
  return {
    ...daemonEnvironment({ PATH: `${binDir}:${process.env.PATH}`, HOME: homeDir }, homeDir),
    STYXY_API_PORT: '0',
  };
}

/** Starts a daemon as the client does, with the same flags, without waiting for it. */
export function spawnDaemonProcess(
  program: Program,
  homeDir: string,
  nodeFlags: readonly string[] = [],
): ChildProcess {
  const { file, args } = daemonCommand(['--notify-fd', String(NOTIFY_FD)]);
  const entry = args.findIndex((arg) => arg.endsWith('main.ts') || arg.endsWith('.cjs'));
  const child = spawn(file, [...nodeFlags, ...args.with(entry, program.daemon)], {
    cwd: '/',
    env: environmentFor(homeDir, program.binDir),
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  track(child);
  return child;
}

export async function startDaemon(
  program: Program,
  homeDir: string,
  nodeFlags: readonly string[] = [],
): Promise<Served> {
  mkdirSync(homeDir, { recursive: true, mode: 0o700 });
  const child = spawnDaemonProcess(program, homeDir, nodeFlags);
  const word = await firstWord(child);
  if (!word.includes('"ready"')) throw new Error(`the daemon did not start: ${word}`);
  return served(child, homeAt(homeDir).socket);
}

export async function startBaseline(
  program: Program,
  scratch: string,
  nodeFlags: readonly string[] = [],
): Promise<Served> {
  const socket = join(mkdtempSync(join(scratch, 'baseline-')), 'server.sock');
  const child = fork(program.baseline, [socket], {
    execArgv: [...nodeFlags],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  track(child);
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', () => reject(new Error('the no-op server ended')));
  });
  // The pipe to the parent costs the server nothing once it is idle.
  return served(child, socket);
}

/**
 * Asks until somebody answers `GET /health` with 200.
 *
 * @throws Error when nobody does in time
 */
export async function untilHealthy(socket: string): Promise<void> {
  const until = performance.now() + START_TIMEOUT_MS;
  while (!(await isHealthy(socket))) {
    if (performance.now() > until) throw new Error(`nobody answers on ${socket}`);
    await sleep(1);
  }
}

function isHealthy(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.setEncoding('latin1');
    const settle = (isGood: boolean): void => {
      socket.destroy();
      resolve(isGood);
    };
    socket.once('connect', () => socket.write(bareRequest('GET', '/health')));
    socket.once('data', (chunk) => settle(String(chunk).startsWith('HTTP/1.1 200')));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
  });
}

export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}

function served(child: ChildProcess, socket: string): Served {
  return { pid: child.pid ?? 0, socket, stop: () => stopProcess(child) };
}

function track(child: ChildProcess): void {
  running.add(child);
  child.once('exit', () => running.delete(child));
}

function firstWord(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const notify = child.stdio[NOTIFY_FD] as Readable;
    let said = '';
    const timer = setTimeout(() => reject(new Error('the daemon says nothing')), START_TIMEOUT_MS);
    notify.on('data', (bytes: Buffer) => {
      said += bytes.toString();
    });
    notify.on('close', () => {
      clearTimeout(timer);
      resolve(said.trim());
    });
  });
}
