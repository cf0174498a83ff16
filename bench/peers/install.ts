// Owns the packages of the comparison: no dependency of the project, installed for a run, with the servers' program beside them.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import type { Program } from '../program.ts';
import { PACKAGES } from './peers.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/**
 * @returns the paths of the servers' program and of portless
 * @throws Error with npm's own words when it fails, as it does without a network
 */
export async function installPeers(
  scratch: string,
  program: Program,
  hasPackages: boolean,
): Promise<{ asker: string; portless: string }> {
  const dir = join(scratch, 'peers');
  mkdirSync(dir);
  writeFileSync(join(dir, 'package.json'), '{ "name": "styxy-peers", "private": true, "type": "module" }\n');
  if (hasPackages) {
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
    const { status, stderr } = spawnSync('npm', ['install', ...quiet, ...PACKAGES], {
      cwd: dir,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`npm install failed with status ${status}: ${stderr.trim()}`);
  }
  const styxy = join(dir, 'node_modules', 'styxy');
  cpSync(dirname(program.cli), join(styxy, 'dist'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(styxy, 'package.json'));
  const asker = join(dir, 'asker.js');
  await build({
    entryPoints: [join(import.meta.dirname, 'asker.ts')],
    outfile: asker,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    logLevel: 'warning',
  });
  return { asker, portless: join(dir, 'node_modules', 'portless', 'dist', 'cli.js') };
}
