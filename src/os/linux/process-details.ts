// Owns what /proc tells people of a process: its name, command line and working directory.

import { closeSync, openSync, readFileSync, readlinkSync, readSync, statSync } from 'node:fs';

/** A command line may have megabytes; this is enough to know a program by, and to show. */
const MAX_COMMAND_BYTES = 4096;

/** @returns the name that the process gives itself, or null when it cannot be known */
export function processName(pid: number): string | null {
  try {
    return printable(readFileSync(`/proc/${pid}/comm`, 'utf8').replace(/\n$/, '')) || null;
  } catch {
    return null;
  }
}

/** @returns the command line with spaces between its words, cut after 4 KiB; null when it cannot be known */
export function processCommand(pid: number): string | null {
  const buffer = Buffer.alloc(MAX_COMMAND_BYTES);
  let fd: number | undefined;
  try {
    fd = openSync(`/proc/${pid}/cmdline`, 'r');
    return parseCommandLine(buffer.subarray(0, readSync(fd, buffer)));
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
  const words = bytes.toString('utf8').replace(/\0+$/, '');
  return printable(words.replaceAll('\0', ' ')) || null;
}

/**
 * The working directory of a process, as a path that means the same directory to us.
 *
 * @returns null when it cannot be known, was deleted, or lies in another mount namespace or root than ours
 */
export function processCwd(pid: number): string | null {
  const link = `/proc/${pid}/cwd`;
  try {
    const path = readlinkSync(link);
    const theirs = statSync(link);
    const ours = statSync(path);
    return theirs.dev === ours.dev && theirs.ino === ours.ino ? path : null;
  } catch {
    return null;
  }
}

/** Processes choose their names and words: what would move a terminal's cursor or text is not let through. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '\ufffd');
}
