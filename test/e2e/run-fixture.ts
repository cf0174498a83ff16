// Owns what the tests of `styxy run` need: a home with a daemon of its own, commands in it, and an end without remains.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AllocateAnswer, AllocationsAnswer, LeaseJson } from '../../src/api/schemas.ts';
import { startDaemon, type TestDaemon } from './daemon-fixture.ts';
import { freeRange } from './port-range.ts';

export const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
/** How to run the command line from source. */
export const STYXY = ['--disable-warning=ExperimentalWarning', MAIN];
const PATIENCE_MS = 20_000;
/** How long the output of a process that has ended may take, in ms. */
const STREAMS_MS = 500;

/** A service type with ports that other tests on this machine hardly use: `multi`, and one of which there is one. */
export const TYPE = 'many';
export const SINGLE_TYPE = 'one';
const PORTS_EACH = 20;

/** A command that was started, with what it printed. */
export interface Started {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Resolves with the status, or the signal that ended it, and waits a moment for the rest of the output. */
  readonly ended: Promise<number | NodeJS.Signals>;
  out(): string;
  err(): string;
  /** Resolves with what a pattern found in the standard output. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts a daemon that knows the two types. */
export async function startRunFixture(): Promise<RunFixture> {
  const [first] = freeRange('runs', 2 * PORTS_EACH);
  const range = (start: number): number[] => [start, start + PORTS_EACH - 1];
  const types = {
    [TYPE]: { range: range(first) },
    [SINGLE_TYPE]: { range: range(first + PORTS_EACH), instance_behavior: 'single' },
  };
  return new RunFixture(await startDaemon({ config: { service_types: types } }));
}

export class RunFixture {
  readonly daemon: TestDaemon;
  readonly root = mkdtempSync(join(realpathSync(tmpdir()), 'styxy-run-'));
  /** A directory that is no checkout of git. */
  readonly project = join(this.root, 'project');
  readonly #started: Started[] = [];

  constructor(daemon: TestDaemon) {
    this.daemon = daemon;
    mkdirSync(this.project);
  }

  /** The environment of everything here: the daemon's home, and nothing of a surrounding Styxy. */
  env(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    const own = Object.entries(process.env).filter(([name]) => !/^(STYXY_|PORT$|NODE_)/.test(name));
    const { dir } = this.daemon.home;
    return { ...Object.fromEntries(own), STYXY_HOME: dir, STYXY_AUTOSTART: '0', ...more };
  }

  /** Starts a program in the project. */
  start(file: string, args: readonly string[], { cwd = this.project, env = {} }: StartOptions = {}): Started {
    const child = spawn(file, args, { cwd, env: this.env(env), stdio: ['pipe', 'pipe', 'pipe'] });
    const text = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (more: string) => {
      text.out += more;
    });
    child.stderr.setEncoding('utf8').on('data', (more: string) => {
      text.err += more;
    });
    // Whoever it left behind may still have its streams, and must not be waited for.
    const ended = new Promise<number | NodeJS.Signals>((resolve) => {
      child.once('exit', (status, signal) => {
        const result = signal ?? status ?? -1;
        const timer = setTimeout(resolve, STREAMS_MS, result);
        child.once('close', () => {
          clearTimeout(timer);
          resolve(result);
        });
      });
    });
    const started: Started = {
      pid: child.pid ?? 0,
      child,
      ended,
      out: () => text.out,
      err: () => text.err,
      printed: (pattern) =>
        until(`${pattern} in the output of ${args.join(' ')}`, () => {
          const found = pattern.exec(text.out);
          if (found === null && child.exitCode !== null) throw new Error(`it ended: ${text.out}${text.err}`);
          return found;
        }),
    };
    this.#started.push(started);
    return started;
  }

  /** Starts `styxy run` with these arguments. */
  run(args: readonly string[], options: StartOptions = {}): Started {
    return this.start(process.execPath, [...STYXY, 'run', ...args], options);
  }

  /** `styxy run` of a type that has this fixture's own ports. */
  runTyped(args: readonly string[], options: StartOptions = {}): Started {
    return this.run(['-s', TYPE, ...args], options);
  }

  async leases(): Promise<readonly LeaseJson[]> {
    return (await this.daemon.request<AllocationsAnswer>('GET', '/allocations')).body.allocations;
  }

  async leaseOn(port: number): Promise<LeaseJson | null> {
    return (await this.leases()).find((lease) => lease.port === port) ?? null;
  }

  /** A lease that nobody holds. */
  async allocate(body: Record<string, unknown>): Promise<AllocateAnswer> {
    const request = { service_type: TYPE, project_path: this.project, ...body };
    const answer = await this.daemon.request<AllocateAnswer>('POST', '/allocate', request);
    if (answer.status !== 201) throw new Error(answer.text);
    return answer.body;
  }

  /** Ends the daemon, and whatever a test left running. */
  async stop(): Promise<void> {
    for (const { child } of this.#started) child.kill('SIGTERM');
    await Promise.all(this.#started.map(({ ended }) => ended));
    await this.daemon.stop();
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Asks again and again until there is an answer. */
export async function until<T>(
  what: string,
  probe: () => T | null | Promise<T | null>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const found = await probe();
    if (found !== null) return found;
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).charAt(0) !== 'Z';
  } catch {
    return process.platform !== 'linux';
  }
}

export function untilGone(pid: number): Promise<true> {
  return until(`the end of process ${pid}`, () => (isAlive(pid) ? null : true));
}

/** A program that says on which port it serves. */
export const SERVER = `
const { createServer } = require('node:http');
const port = Number(process.env.PORT);
createServer((request, response) => response.end('served')).listen(port, '127.0.0.1', () => {
  console.log('serving ' + port + ' as ' + process.pid + ' end');
});`;

/** The port and pid of a `SERVER` that runs. */
export async function serving(started: Started): Promise<{ port: number; pid: number }> {
  const [, port, pid] = await started.printed(/serving (\d+) as (\d+) end/);
  return { port: Number(port), pid: Number(pid) };
}

export function hasCommand(name: string): boolean {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
