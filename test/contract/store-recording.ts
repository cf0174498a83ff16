// Owns what strace says of a program's writes: the program killed at the n-th of them, or all of them recorded.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('./store-crash-child.ts', import.meta.url));
export const STATE = ['state.db', 'state.db-wal', 'state.db-journal'];
/** By which SQLite changes files; whatever else it might use one day would be missed, so the recording counts them. */
export const CALLS = ['pwrite64', 'fsync', 'fdatasync', 'ftruncate', 'unlink'] as const;

/** Why nothing can be recorded here, or false. */
export function whyNoStrace(): string | false {
  if (process.platform !== 'linux') return 'needs strace, which Linux alone has';
  const { status, error, stderr } = spawnSync('strace', ['-f', '-e', 'trace=none', 'true'], {
    encoding: 'utf8',
  });
  return status === 0 ? false : `strace does not work here: ${error?.message ?? stderr.trim()}`;
}

interface Traced {
  readonly isKilled: boolean;
  /** The last fence that was acknowledged, or 0. */
  readonly acknowledged: number;
}

function traced(words: readonly string[], dir: string, synchronous: string, commits: number): Traced {
  const child = [process.execPath, '--disable-warning=ExperimentalWarning', CHILD, dir, synchronous];
  const { status, signal, stdout, stderr } = spawnSync('strace', [...words, ...child, String(commits)], {
    encoding: 'utf8',
  });
  // strace ends as its child did.
  const isKilled = signal === 'SIGKILL' || status === 137;
  if (!isKilled && status !== 0) throw new Error(`the child failed: ${status} ${signal} ${stderr}`);
  const acknowledged = stdout.split('\n').filter((line) => line.startsWith('ack ')).length;
  return { isKilled, acknowledged };
}

/** Runs the child in `dir` and kills it as it is about to make its n-th `call` on a file of the state. */
export function killedAt(call: string, n: number, dir: string, commits: number): Traced {
  return traced(killingAt(call, n, dir), dir, 'normal', commits);
}

/** The arguments of strace that have a program killed as it is about to make its n-th `call` on a file of the state in `dir`. */
export function killingAt(call: string, n: number, dir: string): string[] {
  const paths = STATE.flatMap((name) => ['-P', join(dir, name)]);
  const inject = `inject=${call}:signal=SIGKILL:when=${n}`;
  // Without --seccomp-bpf, however much faster it is: strace 6.1 injects nothing with it, and says nothing of that.
  return ['-f', '-qq', '-o', '/dev/null', ...paths, '-e', `trace=${call}`, '-e', inject];
}

/** One thing that the program did, in the order in which it did them. */
export type Recorded =
  | { readonly kind: 'write'; readonly file: string; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'sync'; readonly file: string }
  | { readonly kind: 'truncate'; readonly file: string; readonly size: number }
  | { readonly kind: 'unlink'; readonly file: string }
  | { readonly kind: 'ack'; readonly fence: number };

/** Runs the child in `dir` to its end and returns all that it did to the files of the state. */
export function record(dir: string, synchronous: 'normal' | 'full', commits: number): readonly Recorded[] {
  const log = `${dir}.strace`;
  const words = ['-f', '-qq', '-y', '-xx', '-s', '100000', '-o', log];
  const { isKilled } = traced([...words, '-e', `trace=${CALLS.join(',')},write`], dir, synchronous, commits);
  if (isKilled) throw new Error('the child was killed');
  return readFileSync(log, 'latin1')
    .split('\n')
    .flatMap((line) => readLine(line, dir));
}

function readLine(line: string, dir: string): Recorded[] {
  const [, call = '', rest = ''] = /^\d+ +(\w+)\((.*)$/.exec(line) ?? [];
  const [, descriptor = '', hexPath = ''] = /^(\d+)<([^>]*)>/.exec(rest) ?? [];
  const text = (hex: string): Buffer => Buffer.from(hex.replaceAll('\\x', ''), 'hex');
  if (call === 'write' && descriptor === '1') {
    const [, fence] = /^ack (\d+)\n$/.exec(text(/"([^"]*)"/.exec(rest)?.[1] ?? '').toString('latin1')) ?? [];
    return fence === undefined ? [] : [{ kind: 'ack', fence: Number(fence) }];
  }
  const path = (call === 'unlink' ? text(/"([^"]*)"/.exec(rest)?.[1] ?? '') : pathOf(hexPath)).toString();
  const file = STATE.find((name) => path === join(dir, name));
  if (file === undefined) return [];
  if (!/ = \d+$/.test(line)) return [];
  if (call === 'pwrite64') {
    const [, hex = '', size = '', at = ''] = /"([^"]*)", (\d+), (\d+)\)/.exec(rest) ?? [];
    const bytes = text(hex);
    if (bytes.length !== Number(size))
      throw new Error(`a write was not recorded whole: ${line.slice(0, 200)}`);
    return [{ kind: 'write', file, at: Number(at), bytes }];
  }
  if (call === 'ftruncate') return [{ kind: 'truncate', file, size: Number(/, (\d+)\)/.exec(rest)?.[1]) }];
  if (call === 'unlink') return [{ kind: 'unlink', file }];
  return call === 'fsync' || call === 'fdatasync' ? [{ kind: 'sync', file }] : [];

  /** With -xx, paths are in hexadecimal too. */
  function pathOf(shown: string): Buffer {
    return shown.startsWith('\\x') ? text(shown) : Buffer.from(shown);
  }
}
