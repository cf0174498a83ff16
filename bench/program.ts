// Owns the built program under measurement: built first, then copied, so that no other build changes it under way.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

export const MAX_CONNECTIONS = 64;

export interface Program {
  /** The entry of the command line. */
  readonly cli: string;
  /** The same by its name in a `bin` directory, as an installation has it. */
  readonly bin: string;
  readonly binDir: string;
  readonly daemon: string;
  /** The no-op server, bundled the way the daemon is. */
  readonly baseline: string;
  /** As many checkouts as there are connections at most. */
  readonly checkouts: readonly string[];
}

/**
 * @param scratch a directory that ends with the run
 * @param built the directory of a built program; null to build it
 * @throws Error when the build fails or there is nothing built
 */
export async function prepareProgram(scratch: string, built: string | null): Promise<Program> {
  const dist = built ?? join(ROOT, 'dist');
  if (built === null) {
    const built = spawnSync(process.execPath, ['scripts/build.ts'], { cwd: ROOT, encoding: 'utf8' });
    if (built.status !== 0) throw new Error(`the build failed:\n${built.stdout}${built.stderr}`);
  }
  if (!existsSync(join(dist, 'daemon.cjs'))) throw new Error(`there is no daemon.cjs in ${dist}`);
  const copy = join(scratch, 'program');
  cpSync(dist, copy, { recursive: true });
  const binDir = join(scratch, 'bin');
  mkdirSync(binDir);
  symlinkSync(join(copy, 'styxy.cjs'), join(binDir, 'styxy'));
  // The shebang's `env node` must find the Node that everything else runs on.
  symlinkSync(process.execPath, join(binDir, 'node'));
  const baseline = join(scratch, 'baseline.cjs');
  await bundleBaseline(baseline);
  return {
    cli: join(copy, 'styxy.cjs'),
    bin: join(binDir, 'styxy'),
    binDir,
    daemon: join(copy, 'daemon.cjs'),
    baseline,
    checkouts: makeCheckouts(scratch, MAX_CONNECTIONS),
  };
}

async function bundleBaseline(outfile: string): Promise<void> {
  await build({
    entryPoints: [join(ROOT, 'bench', 'baseline-server.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22.13',
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: 'warning',
  });
}

/** Makes real checkouts: what a daemon does for a project depends on whether its directory is there. */
function makeCheckouts(scratch: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const dir = join(scratch, 'checkouts', `storefront-${index}`);
    mkdirSync(join(dir, '.git'), { recursive: true });
    writeFileSync(join(dir, 'package.json'), JSON.stringify({ name: 'storefront', version: '1.0.0' }));
    return dir;
  });
}
