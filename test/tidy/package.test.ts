// Owns what package.json promises: what is installed, what is packed, and what each script runs.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ROOT, read } from './tree.ts';

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly homepage: string;
  readonly engines: { readonly node: string };
  readonly files: readonly string[];
  readonly bin: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

interface LockedPackage {
  readonly hasInstallScript?: boolean;
  readonly optional?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

const manifest: Package = JSON.parse(read('package.json'));
const lock: Lock = JSON.parse(read('package-lock.json'));

describe('package.json', () => {
  it('approves exactly the install scripts that the locked packages have', () => {
    const withScripts = Object.entries(lock.packages)
      .filter(([, { hasInstallScript, optional }]) => hasInstallScript === true && optional !== true)
      .map(([path]) => path.replace(/^.*node_modules\//, ''));
    assert.deepEqual(Object.keys(manifest.allowScripts).sort(), withScripts.sort());
    assert.ok(Object.values(manifest.allowScripts).every((isAllowed) => isAllowed));
  });

  it('locks every optional package of every platform, without which `npm ci` refuses', () => {
    const missing = Object.values(lock.packages).flatMap(({ optionalDependencies = {} }) =>
      Object.keys(optionalDependencies).filter((name) => !(`node_modules/${name}` in lock.packages)),
    );
    assert.deepEqual(missing, []);
  });

  it('installs nothing but itself: everything is bundled', () => {
    assert.equal(manifest.dependencies, undefined);
  });

  it('brings the Node that it is developed on, and runs on the lines it names', () => {
    assert.match(manifest.devDependencies.node ?? '', /^24\.\d+\.\d+$/);
    assert.equal(manifest.engines.node, '>=22.13');
  });

  it('packs the program, its papers, the schema of its configuration and a plug-in for agents, and no source', () => {
    assert.deepEqual([...manifest.files].sort(), [
      '.claude-plugin',
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'THIRD-PARTY-NOTICES.md',
      'dist',
      'hooks',
      'llms.txt',
      'man',
      'schema',
      'skills',
    ]);
    assert.match(manifest.bin.styxy ?? '', /^dist\//);
    assert.equal(manifest.license, 'MIT');
    assert.match(read('LICENSE'), /^MIT License\n/);
  });

  it('has scripts whose files exist', () => {
    const missing = Object.entries(manifest.scripts).flatMap(([name, line]) =>
      line
        .split(' ')
        .filter((word) => word.endsWith('.ts') && !existsSync(join(ROOT, word)))
        .map((word) => `${name}: ${word}`),
    );
    assert.deepEqual(missing, []);
  });

  it('has the version that the changelog opens with', () => {
    const first = /^## \[(\d+\.\d+\.\d+)\]/m.exec(read('CHANGELOG.md'));
    assert.equal(first?.[1], manifest.version);
  });
});
