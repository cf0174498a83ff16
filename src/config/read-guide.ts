// Owns the port guide as a file: where the configuration says it is, and what is read there.

import { homedir } from 'node:os';
import { basename, resolve } from 'node:path';
import type { GuideReading } from './guide-overlay.ts';
import { parseGuide } from './parse-guide.ts';
import { readTextFile } from './text-file.ts';

/** More lines are not quoted: the first ones show what is wrong. */
const MAX_WARNINGS = 20;

/**
 * The absolute path of a file that the configuration names.
 *
 * @param named as the configuration has it: absolute, below the user's home by `~/`, or relative
 * @param directory where relative paths begin
 */
export function namedPath(named: string, directory: string): string {
  return named.startsWith('~/') ? resolve(homedir(), named.slice(2)) : resolve(directory, named);
}

/** Reads a port guide; nothing is thrown. */
export function readGuideFile(path: string): GuideReading {
  const file = readTextFile(path);
  if (file.kind !== 'text') {
    const reason = file.kind === 'missing' ? 'the file does not exist' : file.message;
    const message = `the port guide ${path}: ${reason}; correct the path, or remove "port_guide"`;
    return { kind: 'unreadable', message, warnings: [] };
  }
  const guide = parseGuide(file.text);
  const name = basename(path);
  if (guide.entries.length === 0 && guide.mistakes.length === 0) {
    const message = `the port guide ${path} has no service types with ranges, such as "api: 8000-8099"`;
    return { kind: 'unreadable', message, warnings: [] };
  }
  const warnings = guide.notUnderstood
    .slice(0, MAX_WARNINGS)
    .map(({ line, message }) => `the port guide was not understood at ${name}:${line}: ${message}`);
  return { kind: 'guide', file: name, guide, warnings };
}
