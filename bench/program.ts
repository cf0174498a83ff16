// Owns the built program under measurement: built first, then copied, so that no other build changes it under way.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

export interface Program {
  /** The entry of the command line. */
  readonly cli: string;
  /** The same by its name in a `bin` directory, as an installation has it. */
  readonly bin: string;
  readonly binDir: string;
  readonly daemon: string;
  /** The no-op server, bundled the way the daemon is. */
  readonly baseline: string;
}

/**
 * @param scratch a directory that ends with the run
 * @param isBuilt true to take `dist` as it is
 * @throws Error when the build fails or there is nothing built
 */
export async function prepareProgram(scratch: string, isBuilt: boolean): Promise<Program> {
  const dist = join(ROOT, 'dist');
  if (!isBuilt) {
    const built = spawnSync(process.execPath, ['scripts/build.ts'], { cwd: ROOT, encoding: 'utf8' });
    if (built.status !== 0) throw new Error(`the build failed:\n${built.stdout}${built.stderr}`);
  }
  if (!existsSync(join(dist, 'daemon.cjs')))
    throw new Error('there is no dist/daemon.cjs: run `npm run build`');
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

/** A checkout to run commands in. */
export function makeCheckout(scratch: string): string {
  const dir = join(scratch, 'checkout');
  mkdirSync(join(dir, '.git'), { recursive: true });
  writeFileSync(join(dir, 'package.json'), JSON.stringify({ name: 'storefront', version: '1.0.0' }));
  return dir;
}
