// Owns a place for tests of the built command line: a home of its own, projects, and the end of the daemon it started.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const PROGRAM = join(ROOT, 'dist', 'styxy.cjs');

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Standard input; none unless given. */
  readonly input?: string;
}

export interface Place {
  /** A temporary directory, as a real path. */
  readonly dir: string;
  /** STYXY_HOME, not yet created. */
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  /** Runs the built program, in `dir` unless said. */
  styxy(args: readonly string[], options?: RunOptions): Promise<Outcome>;
  /** Makes a directory below `dir`. */
  directory(name: string): string;
  /** Stops the daemon and removes everything. */
  close(): Promise<void>;
}

export function openPlace(): Place {
  assert.ok(existsSync(PROGRAM), 'dist/styxy.cjs is missing: run `npm run build`');
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'styxy-cli-')));
  const home = join(dir, 'home');
  const env = { PATH: process.env.PATH, HOME: dir, STYXY_HOME: home, STYXY_API_PORT: '0' };
  const styxy = (args: readonly string[], options: RunOptions = {}): Promise<Outcome> =>
    runProgram(process.execPath, [PROGRAM, ...args], {
      cwd: options.cwd ?? dir,
      env: { ...env, ...options.env },
      ...(options.input === undefined ? {} : { input: options.input }),
    });
  return {
    dir,
    home,
    env,
    styxy,
    directory: (name) => {
      const path = join(dir, name);
      mkdirSync(path, { recursive: true });
      return path;
    },
    close: async () => {
      await styxy(['daemon', 'stop']);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Runs a program to its end. */
export function runProgram(
  file: string,
  args: readonly string[],
  { input, ...options }: RunOptions & { readonly cwd: string },
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      ...options,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    child.stdin?.end(input);
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}
