// Owns how the scripts run their steps: side by side, one line each, and in full what failed.

import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';

export interface Step {
  readonly name: string;
  /** The words of the command; `node` is the Node that runs the script. */
  readonly command: readonly string[];
}

/**
 * The environment of every step: nothing of the caller's own Styxy, Node options or test run reaches a test, but what
 * says which real tools to use, and how long the tests by destruction go on.
 */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const own = /^(STYXY_(?!TOOLS|KILLS$|FUZZ$|CRASHES$)|NODE_TEST_CONTEXT$|NODE_OPTIONS$|PORT$|FORCE_COLOR$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}

/**
 * The words that run test files with Node's test runner.
 *
 * @param patterns globs of test files; at least one file must match, so that a moved folder does not pass unseen
 * @param timeoutMs when a test counts as hanging; no test asserts how long it takes
 * @throws Error when a pattern matches nothing
 */
export function testCommand(
  patterns: readonly string[],
  timeoutMs: number,
  options: readonly string[] = [],
): string[] {
  return [
    'node',
    '--disable-warning=ExperimentalWarning',
    '--test',
    `--test-timeout=${timeoutMs}`,
    ...options,
    ...patterns.flatMap(testFiles),
  ];
}

/** Test files that a pattern names; the long ones only where the pattern says `.long.` itself. */
export function testFiles(pattern: string): string[] {
  const files = globSync(pattern)
    .filter((file) => pattern.includes('.long.') || !file.includes('.long.'))
    .sort();
  if (files.length === 0) throw new Error(`no test file matches ${pattern}`);
  return files;
}

/**
 * Runs `steps`, as many side by side as the machine has cores, and prints one line for each as it ends.
 *
 * @returns whether all of them succeeded
 */
export async function runSteps(steps: readonly Step[]): Promise<boolean> {
  const queue = [...steps];
  let isGood = true;
  const worker = async (): Promise<void> => {
    for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
      const started = performance.now();
      const { status, output } = await capture(step.command);
      const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(6);
      console.log(`${status === 0 ? 'ok  ' : 'FAIL'}  ${step.name.padEnd(12)} ${seconds} s`);
      if (status === 0) continue;
      isGood = false;
      console.log(`\n$ ${step.command.join(' ')}\n${output}`);
    }
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, worker));
  return isGood;
}

/** Runs one command with this process's own output. */
export function runOpenly(command: readonly string[]): Promise<number> {
  return new Promise((done, fail) => {
    const child = start(command, 'inherit');
    child.on('error', fail);
    child.on('close', (status) => done(status ?? 1));
  });
}

function capture(command: readonly string[]): Promise<{ status: number; output: string }> {
  return new Promise((done) => {
    const child = start(command, 'pipe');
    const chunks: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
    const end = (status: number, more = ''): void =>
      done({ status, output: Buffer.concat(chunks).toString() + more });
    child.on('error', (error) => end(1, `${error.message}\n`));
    child.on('close', (status) => end(status ?? 1));
  });
}

function start([program = 'node', ...words]: readonly string[], output: 'inherit' | 'pipe') {
  const path = program === 'node' ? process.execPath : program;
  return spawn(path, words, { stdio: ['ignore', output, output], env: cleanEnvironment() });
}
