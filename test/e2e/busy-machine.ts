// Owns a machine on which much goes on, for pictures and for the tests of the dashboard: leases in every state.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AllocateAnswer, LeaseJson } from '../../src/api/schemas.ts';
import type { TestDaemon } from './daemon-fixture.ts';
import { until } from './run-fixture.ts';

/** Listens on the ports that it is given, and says when it does. */
const SERVER =
  'const ports = process.argv.slice(1); let left = ports.length;' +
  "for (const port of ports) require('node:net').createServer().listen(Number(port), '127.0.0.1', () => { if (--left === 0) console.log('up'); });";

export interface BusyMachine {
  readonly root: string;
  /** Makes a checkout on a branch. */
  checkout(name: string, branch: string): string;
  /** Starts a program that listens on ports, in a directory. */
  listen(cwd: string, ports: readonly number[], env?: NodeJS.ProcessEnv): Promise<ChildProcess>;
  /** A process that does nothing, to hold leases. */
  holder(): ChildProcess;
  allocate(body: Record<string, unknown>): Promise<AllocateAnswer>;
  /** Waits until a lease is like that. */
  seen(lockId: string, isSo: (lease: LeaseJson) => boolean): Promise<LeaseJson>;
  stop(): Promise<void>;
}

export function openBusyMachine(daemon: TestDaemon): BusyMachine {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'styxy-busy-')));
  const children: ChildProcess[] = [];
  const start = (words: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): ChildProcess => {
    const child = spawn(process.execPath, words, {
      cwd,
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    children.push(child);
    return child;
  };
  return {
    root,
    checkout(name, branch) {
      const path = join(root, name);
      mkdirSync(join(path, '.git'), { recursive: true });
      writeFileSync(join(path, '.git', 'HEAD'), `ref: refs/heads/${branch}\n`);
      return path;
    },
    async listen(cwd, ports, env) {
      const child = start(['-e', SERVER, ...ports.map(String)], cwd, env);
      await new Promise((resolve, reject) => {
        child.stdout?.once('data', resolve);
        child.once('exit', () => reject(new Error(`nothing could listen on ${ports.join(', ')}`)));
      });
      return child;
    },
    holder: () => start(['-e', 'setInterval(() => {}, 1000)'], root),
    async allocate(body) {
      const answer = await daemon.request<AllocateAnswer>('POST', '/allocate', body);
      if (answer.status >= 300) throw new Error(answer.text);
      return answer.body;
    },
    seen: (lockId, isSo) =>
      until(`the lease ${lockId} as it is wanted`, async () => {
        const { body } = await daemon.request<{ allocations: LeaseJson[] }>('GET', '/allocations');
        return body.allocations.find((lease) => lease.lock_id === lockId && isSo(lease)) ?? null;
      }),
    async stop() {
      const ends = children
        .filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
        .map((child) => new Promise((resolve) => child.once('exit', resolve)));
      for (const child of children) child.kill('SIGKILL');
      await Promise.all(ends);
      rmSync(root, { recursive: true, force: true });
    },
  };
}
