// Owns what /proc tells people of a process: its name and command line, beside its working directory.

import { closeSync, openSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { posix } from 'node:path';
import type { ProcessDetails } from '../port-table.ts';
import { processCwd } from './working-directory.ts';

/** A command line may have megabytes; this is enough to know a program by, and to show. */
const MAX_COMMAND_BYTES = 4096;

/**
 * What people want to know of a process. Each is null when it cannot be known.
 *
 * @returns the program's name; the command line, its words quoted where they need it, cut after 4 KiB; the working directory
 */
export function processDetails(pid: number): ProcessDetails {
  const commandLine = readCommandLine(pid);
  const name = programName(readComm(pid), commandLine, readExecutable(pid));
  return {
    process: name === null ? null : printable(name),
    command: commandLine === null ? null : parseCommandLine(commandLine),
    cwd: processCwd(pid),
  };
}

/**
 * The name to know a process by. `comm` is that of its main thread: the program's or script's name cut to 15 bytes, a
 * title that it gave itself, or a mere name of the thread, as the `MainThread` of Node 24, which says nothing.
 *
 * @param commandLine /proc/PID/cmdline: words that end with NUL
 * @param executable where /proc/PID/exe leads; unknown for processes of other users
 * @returns `comm` where a word of the command or the executable begins like it, else the name of either
 */
export function programName(
  comm: string | null,
  commandLine: Buffer | null,
  executable: string | null,
): string | null {
  const words = commandLine === null ? [] : textOf(commandLine).split('\0');
  const program = executable === null ? '' : posix.basename(executable.replace(/ \(deleted\)$/, ''));
  // The second word is the script of an interpreter, by which the kernel names the process; login shells have a hyphen.
  const names = [program, ...words.slice(0, 2).map((word) => posix.basename(word).replace(/^-/, ''))];
  const isKnown =
    comm !== null && comm !== '' && [...names, words[0] ?? ''].some((name) => name.startsWith(comm));
  return (isKnown ? comm : program || names[1] || comm) || null;
}

/** The name of the main thread; null when it has ended. */
export function readComm(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').replace(/\n$/, '');
  } catch {
    return null;
  }
}

function readExecutable(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return null;
  }
}

/** The words of the command, each with a NUL behind it, cut after 4 KiB; null when it has ended. */
export function readCommandLine(pid: number): Buffer | null {
  const buffer = Buffer.alloc(MAX_COMMAND_BYTES);
  let fd: number | undefined;
  try {
    fd = openSync(`/proc/${pid}/cmdline`, 'r');
    return buffer.subarray(0, readSync(fd, buffer));
  } catch {
    return null;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/**
 * Reads /proc/PID/cmdline: words that end with NUL.
 *
 * @returns null when it is empty, as that of kernel threads and zombies is
 */
export function parseCommandLine(bytes: Buffer): string | null {
  const words = textOf(bytes).split('\0');
  // A process that rewrote its title has one word left, with blanks in it.
  return printable(words.length === 1 ? (words[0] ?? '') : words.map(quoted).join(' ')) || null;
}

/** A word as it would be typed, so that it is seen where it ends: `--name='two words'`. */
function quoted(word: string): string {
  if (!/[\s"'&]/.test(word)) return word;
  const name = /^[\w.-]+=/.exec(word)?.[0] ?? '';
  const rest = word.slice(name.length);
  return rest.includes("'") ? `${name}"${rest.replaceAll(/["\\]/g, '\\$&')}"` : `${name}'${rest}'`;
}

/** The words with one NUL between each, and none behind the last. */
function textOf(bytes: Buffer): string {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return bytes.toString('utf8', 0, end);
}

/** Processes choose their names and words: what would move a terminal's cursor or text is not let through. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '\ufffd');
}
