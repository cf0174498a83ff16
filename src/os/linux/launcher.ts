// Owns a small shell that starts one program again and again: forking it is cheap, where forking the daemon blocks it for milliseconds.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { MAX_OUTPUT_BYTES, PROGRAM_TIMEOUT_MS } from '../program-output.ts';

/**
 * One run for each line that comes in; none when the pipe closes, so that the shell does not outlive us, however we end.
 * What was printed ends with a NUL, which no name can have, and the exit status.
 */
const SCRIPT = 'while read -r _; do "$0" "$@" </dev/null; printf "\\000%d\\n" "$?"; done';
const END = /\0(\d+)\n$/;
const MAX_MARK_LENGTH = 8;
/** Longer than the time between two looks of the watch: who has leases keeps the shell, who has none needs none. */
const IDLE_MS = 15_000;

type Shell = ChildProcessByStdio<Writable, Readable, null>;

/** Starts a program through a shell that is kept for a while. Not for two runs at the same time. */
export interface Launcher {
  /** @returns what the program printed; null when it cannot be run, fails or hangs */
  run(): Promise<string | null>;
  /** Ends the shell; the next run starts another. */
  close(): void;
}

/**
 * @param program an absolute path
 * @param idleMs how long the shell stays when there is nothing to do
 */
export function createLauncher(
  program: string,
  args: readonly string[],
  { timeoutMs = PROGRAM_TIMEOUT_MS, idleMs = IDLE_MS } = {},
): Launcher {
  let shell: Shell | null = null;
  let idle: NodeJS.Timeout | undefined;

  function close(): void {
    clearTimeout(idle);
    shell?.stdin.end();
    shell = null;
  }

  function open(): Shell {
    const opened = spawn('/bin/sh', ['-c', SCRIPT, program, ...args], {
      env: { LC_ALL: 'C' },
      cwd: '/',
      stdio: ['pipe', 'pipe', 'ignore'],
      // A group of its own, so that a program that hangs can be ended together with it.
      detached: true,
    });
    // First of all: out of descriptors there is this event alone, and neither stream.
    opened.on('error', () => {});
    opened.stdin.on('error', () => {});
    opened.stdout.setEncoding('utf8');
    opened.on('exit', () => {
      if (shell === opened) shell = null;
    });
    return opened;
  }

  async function run(): Promise<string | null> {
    clearTimeout(idle);
    shell ??= open();
    const own = shell;
    hold(own, true);
    const output = await nextOutput(own, timeoutMs);
    hold(own, false);
    if (output === 'lost') {
      endGroup(own);
      if (shell === own) shell = null;
      return null;
    }
    idle = setTimeout(close, idleMs).unref();
    return output.status === '0' ? output.text : null;
  }

  return { run, close };
}

/** Has the program run once. `lost`: it hangs, prints without end, or the shell has ended. */
function nextOutput(
  shell: Shell,
  timeoutMs: number,
): Promise<{ readonly text: string; readonly status: string } | 'lost'> {
  const { promise, resolve } = Promise.withResolvers<
    { readonly text: string; readonly status: string } | 'lost'
  >();
  const chunks: string[] = [];
  let length = 0;
  let tail = '';
  const onData = (chunk: string): void => {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_OUTPUT_BYTES) resolve('lost');
    // The mark may come in two pieces, but nothing comes after it.
    tail = (chunk.length < MAX_MARK_LENGTH ? tail + chunk : chunk).slice(-MAX_MARK_LENGTH);
    const status = END.exec(tail)?.[1];
    if (status === undefined) return;
    const text = chunks.join('');
    resolve({ text: text.slice(0, text.lastIndexOf('\0')), status });
  };
  const onLost = (): void => resolve('lost');
  const timer = setTimeout(onLost, timeoutMs);
  shell.stdout.on('data', onData);
  shell.once('close', onLost);
  shell.once('error', onLost);
  shell.stdin.write('\n');
  return promise.finally(() => {
    clearTimeout(timer);
    shell.stdout.off('data', onData);
    shell.off('close', onLost);
    shell.off('error', onLost);
  });
}

/** Whether the shell keeps our own process from ending: while it works for us, and not otherwise. */
function hold(shell: Shell, isHeld: boolean): void {
  for (const each of [shell, shell.stdin as Socket, shell.stdout as Socket])
    if (isHeld) each.ref();
    else each.unref();
}

function endGroup(shell: Shell): void {
  if (shell.pid === undefined || shell.exitCode !== null || shell.signalCode !== null) return;
  try {
    process.kill(-shell.pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
