// Owns the demo's processes: every one that it started, and that none of them is left.

import { type ChildProcess, spawn } from 'node:child_process';
import { failed, waitFor } from './patience.ts';

/** How long processes have to end after SIGTERM, and after SIGKILL, in ms. */
const TERM_MS = 8_000;
const KILL_MS = 2_000;
/** Of what a process prints, this much of the end is kept for a report. */
const KEPT_OUTPUT = 2_000;

/** How to start Styxy itself once more: the program and the arguments before those of the command line. */
export interface Self {
  readonly file: string;
  readonly args: readonly string[];
}

export interface Member {
  readonly title: string;
  readonly pid: number;
  /** The end of what it printed. */
  output(): string;
  /** Null while it runs; the exit status, or the signal that ended it. */
  ending(): number | NodeJS.Signals | null;
}

/** All processes of one demo. */
export class Company {
  readonly #self: Self;
  readonly #env: NodeJS.ProcessEnv;
  readonly #members: (Member & { readonly child: ChildProcess })[] = [];
  /** Processes that our processes started, by the member that sees to their end. */
  readonly #guests = new Map<number, Member>();

  constructor(self: Self, env: NodeJS.ProcessEnv) {
    this.#self = self;
    this.#env = env;
  }

  /** Starts a command of Styxy's. */
  start(title: string, args: readonly string[], directory: string): Member {
    const child = spawn(this.#self.file, [...this.#self.args, ...args], {
      cwd: directory,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    let fault: string | null = null;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (more: string) => {
        text = (text + more).slice(-KEPT_OUTPUT);
      });
    }
    child.on('error', (error) => {
      fault = error.message;
    });
    if (child.pid === undefined) throw failed(`${title} cannot be started`);
    const member = {
      title,
      pid: child.pid,
      child,
      output: () => [text.trim(), ...(fault === null ? [] : [fault])].join('\n'),
      ending: () => child.exitCode ?? child.signalCode,
    };
    this.#members.push(member);
    return member;
  }

  /** Adds a process that a member started, so that its end is looked for as well. */
  know(pid: number, starter: Member): void {
    this.#guests.set(pid, starter);
  }

  /**
   * Ends everything, the ones that were started last first, so that nobody misses what it still needs.
   *
   * @returns the pids that are left: none
   */
  async endAll(): Promise<readonly number[]> {
    const [first, ...others] = this.#members;
    await this.#endAll(others);
    if (first !== undefined) await this.#endAll([first]);
    for (const [pid, starter] of this.#guests) {
      // Where its starter ended by itself, it has ended its server first: by now the pid may be somebody else's.
      if (starter.ending() === 'SIGKILL' && isAlive(pid)) process.kill(pid, 'SIGKILL');
    }
    const pids = [...this.#guests.keys(), ...this.#members.map(({ pid }) => pid)];
    const areGone = (): true | null => (pids.some(isAlive) ? null : true);
    await waitFor('processes to end', areGone, null, KILL_MS).catch(() => {});
    return pids.filter(isAlive);
  }

  async #endAll(wanted: readonly Member[]): Promise<void> {
    const members = this.#members.filter((each) => wanted.some(({ pid }) => pid === each.pid));
    const haveEnded = (): true | null => (members.every((each) => each.ending() !== null) ? true : null);
    for (const { child } of members) child.kill('SIGTERM');
    try {
      await waitFor('processes to end', haveEnded, null, TERM_MS);
    } catch {
      for (const { child } of members) child.kill('SIGKILL');
      await waitFor('processes to end', haveEnded, null, KILL_MS);
    }
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
