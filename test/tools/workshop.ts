// Owns the place where real tools are tried: a daemon with ports of its own, checkouts, runs in them, and a look at what is left.

import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { CheckAnswer, LeaseJson } from '../../src/api/schemas.ts';
import { startDaemon } from '../e2e/daemon-fixture.ts';
import { freeRange } from '../e2e/port-range.ts';
import { RunFixture, type Started, until } from '../e2e/run-fixture.ts';
import { type Checkout, makeCheckouts } from './checkouts.ts';
import { type Installed, installTools } from './install.ts';
import { PROGRAMS } from './met.ts';
import { QUIET } from './npm-tools.ts';
import type { Project, Tool } from './tool.ts';

/** The types of the tools, each with ports that are not the shipped ones, so that a developer's own servers are spared. */
const TYPES = ['dev', 'api', 'docs', 'storybook', 'database', 'infrastructure', 'messaging'];
const PORTS_EACH = 24;

/** How long a tool may take to answer for the first time, and to be seen, on a machine that is busy with others. */
const PATIENCE_MS = 180_000;

/** A copy of a tool that was started. */
export interface Copy {
  readonly checkout: Checkout;
  readonly run: Started;
}

/**
 * @param hasPackages whether the tools from npm are there: what is checked out lies below them, as below the root of
 *   a workspace
 * @throws Error with npm's own words when they cannot be installed
 */
export async function openWorkshop({ hasPackages }: { readonly hasPackages: boolean }): Promise<Workshop> {
  const installed = hasPackages ? await installTools() : null;
  const [first] = freeRange('tools', TYPES.length * PORTS_EACH);
  const range = (at: number): number[] => [first + at * PORTS_EACH, first + (at + 1) * PORTS_EACH - 1];
  const types = Object.fromEntries(TYPES.map((type, at) => [type, { range: range(at) }]));
  const daemon = await startDaemon({ config: { service_types: types } });
  return new Workshop(new RunFixture(daemon), installed);
}

export class Workshop {
  readonly fixture: RunFixture;
  /** Everything that the tools write is below, also what they take for a home. */
  readonly root: string;
  readonly #installed: Installed | null;

  constructor(fixture: RunFixture, installed: Installed | null) {
    this.fixture = fixture;
    this.#installed = installed;
    this.root = mkdtempSync(join(installed?.dir ?? realpathSync(tmpdir()), 'styxy-shop-'));
    // A database that does not run as root must get through.
    chmodSync(this.root, 0o711);
    for (const name of ['home', 'tmp']) mkdirSync(join(this.root, name));
  }

  /** Makes a project with this name, and checks it out under each of `copies`. */
  checkouts(name: string, project: Project, copies: readonly string[]): Checkout[] {
    const place = join(this.root, name.replace(/[^A-Za-z0-9]+/g, '-').toLowerCase());
    mkdirSync(place);
    return makeCheckouts(place, project, copies);
  }

  /** Starts `styxy run` with these words behind it, as somebody would in a terminal that knows no port. */
  run(words: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Started {
    const clean = Object.keys(process.env).filter((name) => /^(npm_|INIT_CWD$|FORCE_COLOR$)/.test(name));
    return this.fixture.run(words, {
      cwd,
      env: {
        ...Object.fromEntries(clean.map((name) => [name, undefined])),
        ...QUIET,
        HOME: join(this.root, 'home'),
        TMPDIR: join(this.root, 'tmp'),
        PATH: this.path(),
        ...env,
      },
    });
  }

  /** Where the packages from npm are. */
  get packages(): string {
    if (this.#installed === null) throw new Error('this workshop has no packages');
    return join(this.#installed.dir, 'node_modules');
  }

  /** The PATH of every run, behind `first`; its `node` is the Node of the tests. */
  path(...first: readonly string[]): string {
    return [...first, dirname(process.execPath), PROGRAMS].join(delimiter);
  }

  start(tool: Tool, checkout: Checkout): Copy {
    tool.prepare?.(checkout.path);
    return { checkout, run: this.run(['--', ...tool.command(checkout.path)], checkout.path) };
  }

  /** Waits until a copy answers on the port of its run's lease, and the daemon has seen it listen there. */
  async served({ checkout, run }: Copy, answers: Tool['answers']): Promise<LeaseJson> {
    return await until(
      `an answer from ${checkout.path}`,
      async () => {
        if (run.child.exitCode !== null) throw new Error(`${checkout.path} ended`);
        const lease = (await this.fixture.leases()).find(({ pid }) => pid === run.pid);
        if (lease === undefined || !(await answers(lease.port, checkout.copy, checkout.path))) return null;
        return lease.state === 'active' ? lease : null;
      },
      PATIENCE_MS,
    ).catch((error: Error) => {
      throw new Error(`${error.message}\n${said(run)}`);
    });
  }

  /** Sends SIGTERM to the runs alone and returns their exit statuses. */
  async end(...copies: readonly { readonly run: Started }[]): Promise<(number | NodeJS.Signals)[]> {
    for (const { run } of copies) process.kill(run.pid, 'SIGTERM');
    return await Promise.all(copies.map(({ run }) => run.ended));
  }

  async check(port: number): Promise<CheckAnswer> {
    return (await this.fixture.daemon.request<CheckAnswer>('GET', `/check/${port}`)).body;
  }

  /** Stops the daemon, ends what is left, and removes every file. */
  async close(): Promise<void> {
    for (const pid of processesOf(this.root)) process.kill(pid, 'SIGKILL');
    await this.fixture.stop();
    rmSync(this.root, { recursive: true, force: true, maxRetries: 10 });
    this.#installed?.remove();
  }
}

function said(run: Started): string {
  return `${run.out()}${run.err()}`.slice(-4_000);
}

/**
 * The processes that work in `place`, or that have it in their environment. Some tools write over their environment,
 * and some change their directory; none does both.
 */
export function processesOf(place: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => pid !== process.pid && isOf(pid, place));
}

function isOf(pid: number, place: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    if (stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')) return false;
    const cwd = readlinkSync(`/proc/${pid}/cwd`);
    return `${cwd}/`.startsWith(`${place}/`) || readFileSync(`/proc/${pid}/environ`, 'utf8').includes(place);
  } catch {
    return false;
  }
}
