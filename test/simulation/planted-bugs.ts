// Owns four bugs planted on purpose: the simulation must find each, or it would not find a real one of that kind.

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { startCoordinator } from '../../src/coordinator/coordinator.ts';
import type { DurableChange } from '../../src/core/change.ts';
import type { Variant } from './world.ts';

export interface PlantedBug {
  readonly name: string;
  /** What the simulation must say about it. */
  readonly invariant: RegExp;
  /** Runs `use` with a program that has the bug, and cleans up. */
  plant<T>(use: (variant: Variant) => Promise<T>): Promise<T>;
}

const SOURCE = new URL('../../src/', import.meta.url);

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'a commit after the reply',
    invariant: /^invariant 4: .* before it was durable/,
    plant: (use) =>
      use({
        wrap: (options, world) => {
          const { store } = options;
          const commitLater = (changes: readonly DurableChange[]): void => {
            world.timeline.after(30, () => void (async () => store.commit(changes))().catch(() => {}));
          };
          return { ...options, store: { ...store, commit: commitLater } };
        },
      }),
  },
  {
    name: 'a forgotten probe',
    invariant: /^invariant 7: .* was granted though somebody had it/,
    plant: (use) => use({ wrap: (options) => ({ ...options, probe: { taken: () => [] } }) }),
  },
  {
    name: 'an expiry by wall clock',
    invariant: /^invariant (6|8|9): /,
    plant: (use) =>
      use({
        wrap: (options) => {
          const { wall } = options.clock;
          return { ...options, clock: { wall, monotonic: wall } };
        },
      }),
  },
  {
    name: 'a candidate that is not pending while its probe runs',
    invariant: /^invariant 21: .* was probed/,
    plant: (use) =>
      usePatched(
        'coordinator/pending.ts',
        'for (const probe of probes) if (ports[probe.protocol].add(probe.port)) added.push(probe);',
        'void probes;',
        use,
      ),
  },
];

/** Runs `use` with a copy of core and coordinator in which `text` of `file` is replaced. */
async function usePatched<T>(
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
