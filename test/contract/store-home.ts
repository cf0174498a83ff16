// Owns the temporary homes in which stores are tested, and the children that open a store in another process.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSqliteStore, type SqliteStoreOptions } from '../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import type { StoreHome } from './store.ts';

export interface SqliteHome extends StoreHome {
  readonly dir: string;
  readonly path: string;
  readonly backupsDir: string;
  open(options?: Partial<SqliteStoreOptions>): Store;
  /** Opens, works and closes. */
  using<Result>(work: (store: Store) => Result): Result;
  backups(): string[];
  /** Every file of the home with its bytes in hex. */
  bytes(): Record<string, string>;
}

export function createSqliteHome(dir = mkdtempSync(join(tmpdir(), 'styxy-store-'))): SqliteHome {
  const path = join(dir, 'state.db');
  const backupsDir = join(dir, 'backups');
  const home: SqliteHome = {
    dir,
    path,
    backupsDir,
    open: (options) => openSqliteStore({ path, backupsDir, ...options }),
    using: (work) => {
      const store = home.open();
      try {
        return work(store);
      } finally {
        void store.close();
      }
    },
    backups: () => {
      try {
        return readdirSync(backupsDir).sort();
      } catch {
        return [];
      }
    },
    bytes: () => {
      const files = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isFile());
      return Object.fromEntries(
        files.map(({ name }) => [name, readFileSync(join(dir, name)).toString('hex')]),
      );
    },
    dispose: () => rmSync(dir, { recursive: true, force: true }),
  };
  return home;
}

export interface StoreChild {
  readonly process: ChildProcess;
  /** The next line that the child prints. */
  nextLine(): Promise<string>;
  kill(): Promise<void>;
}

/** Starts `store-child.ts`, which opens the store of `dir` and does what `task` says. */
export function startChild(task: string, dir: string, ...values: string[]): StoreChild {
  const script = fileURLToPath(new URL('./store-child.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', script, task, dir, ...values],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const lines: string[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    child.emit('line');
  });
  const exited = once(child, 'exit').then(() => child.emit('line'));
  return {
    process: child,
    nextLine: async () => {
      for (;;) {
        const line = lines.shift();
        if (line !== undefined) return line;
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error('the child ended without a line');
        await once(child, 'line');
      }
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
