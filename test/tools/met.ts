// Owns which tools are there, in which version: a test says what it met, and skips what is missing, except in CI.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { DEBIAN_TOOLS } from './debian-tools.ts';
import type { DebianTool, NpmTool } from './tool.ts';

/** With the value `all`, a missing tool is a failure. */
const WANTED = process.env.STYXY_TOOLS;

/** Debian's own programs first, as the tests run them, and those that are only in an administrator's PATH. */
export const PROGRAMS = ['/usr/sbin', '/usr/bin', '/bin', process.env.PATH].join(delimiter);

/** The first line with a number that a tool says of its version, or null where the tool is missing. */
export function debianVersion({ program, version }: DebianTool): string | null {
  const { error, stdout, stderr } = spawnSync(program, version, {
    encoding: 'utf8',
    env: { ...process.env, PATH: PROGRAMS },
  });
  if (error !== undefined) return null;
  return `${stdout}\n${stderr}`.split('\n').find((line) => /\d\.\d/.test(line)) ?? 'without a version';
}

/** @param packages a folder `node_modules` */
export function npmVersion({ package: name }: NpmTool, packages: string): string {
  const { version } = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8'));
  return `${name} ${version}`;
}

/**
 * The reason to skip a test, where one may be skipped.
 *
 * @throws Error with that reason, where every tool is wanted
 */
export function skipReason(reason: string): string {
  if (WANTED === 'all') throw new Error(`${reason}, and STYXY_TOOLS=all wants every tool`);
  return reason;
}

// For CI: prints the packages of Debian's that are missing, one a line.
if (import.meta.main) {
  for (const tool of DEBIAN_TOOLS) if (debianVersion(tool) === null) console.log(tool.debianPackage);
}
