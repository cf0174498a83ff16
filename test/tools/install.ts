// Owns the npm packages of the real tools: they are no dependency of the project, and are installed when a test asks.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NPM_PACKAGES } from './npm-tools.ts';

/** Names a directory that keeps the packages for the next run; without it they go when the tests have ended. */
const KEPT_IN = 'STYXY_TOOLS_DIR';

export interface Installed {
  /** Everything below finds the packages, as below the root of a workspace. */
  readonly dir: string;
  remove(): void;
}

/**
 * Installs the packages of all tools, unless they are there.
 *
 * @throws Error with npm's own words when it fails, as it does without a network
 */
export async function installTools(): Promise<Installed> {
  const kept = process.env[KEPT_IN];
  if (kept === undefined || kept === '') {
    const dir = mkdtempSync(join(realpathSync(tmpdir()), 'styxy-tools-'));
    const remove = (): void => rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    try {
      await install(dir);
    } catch (error) {
      remove();
      throw error;
    }
    return { dir, remove };
  }
  mkdirSync(kept, { recursive: true });
  const hash = createHash('sha256').update(NPM_PACKAGES.join()).digest('hex').slice(0, 12);
  const dir = join(realpathSync(kept), hash);
  if (!existsSync(dir)) await installInto(dir);
  return { dir, remove: () => {} };
}

/** Test files that run side by side may install at once: the first one to be done wins, and none sees half of it. */
async function installInto(dir: string): Promise<void> {
  const draft = mkdtempSync(`${dir}.`);
  try {
    await install(draft);
    renameSync(draft, dir);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true, maxRetries: 5 });
    if (!existsSync(dir)) throw error;
  }
}

function install(dir: string): Promise<void> {
  writeFileSync(join(dir, 'package.json'), '{ "name": "styxy-tools", "private": true }\n');
  // Their install scripts only save time or fetch what is in a package of its own already.
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  // One folder holds tools that nobody would have in one project: their wishes for peers differ.
  const args = ['install', ...quiet, '--legacy-peer-deps', ...NPM_PACKAGES];
  return new Promise((resolve, reject) => {
    const npm = spawn('npm', args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [npm.stdout, npm.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    }
    npm.on('error', reject);
    npm.on('close', (status) => {
      if (status === 0) resolve();
      else reject(new Error(`npm install failed with status ${status}: ${said.trim()}`));
    });
  });
}

// For the script that runs all tests: once, before they start.
if (import.meta.main) await installTools();
