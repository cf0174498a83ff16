// Owns the patched program: a copy of core and coordinator in which one text is replaced by another.

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { startCoordinator } from '../../src/coordinator/coordinator.ts';
import type { Variant } from './world.ts';

const SOURCE = new URL('../../src/', import.meta.url);

/** Runs `use` with a copy of core and coordinator in which `text` of `file` is replaced. */
export async function usePatched<T>(
  file: string,
  text: string,
  replacement: string,
  use: (variant: Variant) => Promise<T>,
): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'styxy-planted-'));
  try {
    writeFileSync(join(dir, 'package.json'), '{"type": "module"}');
    for (const folder of ['core', 'coordinator']) {
      cpSync(new URL(folder, SOURCE), join(dir, folder), { recursive: true });
    }
    // What they build on is the same as everybody's, so that errors are recognised by their class.
    for (const file of readdirSync(SOURCE).filter((name) => name.endsWith('.ts')))
      writeFileSync(join(dir, file), `export * from ${JSON.stringify(new URL(file, SOURCE).href)};\n`);
    const source = readFileSync(join(dir, file), 'utf8');
    if (!source.includes(text)) throw new Error(`${file} no longer has the text to replace: ${text}`);
    writeFileSync(join(dir, file), source.replace(text, replacement));
    const patched = (await import(pathToFileURL(join(dir, 'coordinator/coordinator.ts')).href)) as {
      readonly startCoordinator: typeof startCoordinator;
    };
    return await use({ start: patched.startCoordinator });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
