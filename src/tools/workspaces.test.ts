import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { projectTree } from '../../test/fixtures/project-tree.ts';
import {
  nearestPackage,
  packageAt,
  workspacePackage,
  workspacePackages,
  workspaceRoot,
} from './workspaces.ts';

function members(names: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(names).map(([directory, name]) => [`/w/${directory}/package.json`, { name }]),
  );
}

describe('the packages of a workspace', () => {
  const all = members({
    'packages/web': '@acme/web',
    'packages/api': 'api',
    'apps/shop/front': 'front',
    'tools/cli-x': 'cli',
    'packages/node_modules/evil': 'evil',
    'elsewhere/other': 'other',
  });
  const patterns = ['packages/*', './apps/**', 'tools/cli-?', '!packages/api'];
  const roots: Readonly<Record<string, Record<string, unknown>>> = {
    'package.json': { '/w/package.json': { workspaces: patterns } },
    'package.json, in the form of yarn 1': { '/w/package.json': { workspaces: { packages: patterns } } },
    'pnpm-workspace.yaml': {
      '/w/package.json': { name: 'root' },
      '/w/pnpm-workspace.yaml':
        "catalog:\n  - not/this\npackages:\n  # all of them\n  - 'packages/*'\n  - \"./apps/**\"\n  - tools/cli-? # one\n\n  - '!packages/api'\nonlyBuiltDependencies:\n  - elsewhere/*\n",
    },
    both: {
      '/w/package.json': { workspaces: patterns },
      '/w/pnpm-workspace.yaml': `packages:\n${patterns.map((each) => `- '${each}'\n`).join('')}`,
    },
  };
  for (const [where, root] of Object.entries(roots)) {
    it(`are found by name where ${where} lists them`, () => {
      const files = projectTree({ ...all, ...root });
      const found = (wanted: string, from = '/w/packages/web/src') =>
        workspacePackage(from, wanted, files)?.directory ?? null;
      assert.equal(found('@acme/web'), '/w/packages/web');
      assert.equal(found('web'), '/w/packages/web');
      assert.equal(found('api', '/w'), '/w/packages/api');
      assert.equal(found('front'), '/w/apps/shop/front');
      assert.equal(found('cli'), '/w/tools/cli-x');
      assert.equal(found('packages/api', '/w'), '/w/packages/api');
      assert.equal(found('packages/api'), '/w/packages/api');
      assert.equal(found('../../api'), '/w/packages/api');
      for (const absent of ['other', 'evil', 'none', '@other/web']) assert.equal(found(absent), null, absent);
    });
  }

  it('are not guessed where a name without its scope ends two of them', () => {
    const files = projectTree({
      '/w/package.json': { workspaces: ['*'] },
      ...members({ a: '@x/web', b: '@y/web' }),
    });
    assert.equal(workspacePackage('/w', 'web', files), null);
    assert.equal(workspacePackage('/w', '@y/web', files)?.directory, '/w/b');
  });

  it('are looked for in no more than so many directories', () => {
    const deep = Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`d${n}`, `package-${n}`]));
    let reads = 0;
    const files = projectTree({ '/w/package.json': { workspaces: ['**'] }, ...members(deep) });
    const counting = {
      ...files,
      text: (path: string) => {
        reads += 1;
        return files.text(path);
      },
    };
    assert.equal(workspacePackage('/w', 'no-such-package', counting), null);
    assert.ok(reads < 5_000, `${reads} reads`);
  });

  it('are all there, but the root and those that a pattern excludes', () => {
    const reader = projectTree({ ...all, '/w/package.json': { workspaces: ['.', ...patterns] } });
    const root = packageAt('/w', reader);
    assert.ok(root !== null);
    assert.deepEqual(
      workspacePackages(root, reader).map(({ name }) => name),
      ['@acme/web', 'front', 'cli'],
    );
  });
});

describe('the package of a directory', () => {
  it('is the nearest one above, whatever others are broken', () => {
    const files = projectTree({
      '/w/package.json': {
        name: 'root',
        workspaces: ['a'],
        scripts: { dev: 'vite', odd: 3, constructor: 'x' },
      },
      '/w/a/package.json': '{ broken',
      '/w/b/package.json': '[]',
      '/w/c/package.json': '\uFEFF{"name": 7}',
    });
    assert.equal(nearestPackage('/w/a/src', files)?.directory, '/w');
    assert.equal(nearestPackage('/w/b', files)?.directory, '/w');
    assert.deepEqual(nearestPackage('/w/c', files)?.name, null);
    assert.equal(nearestPackage('/elsewhere', files), null);
    const { scripts } = nearestPackage('/w', files) ?? { scripts: {} };
    assert.deepEqual({ ...scripts }, { dev: 'vite', constructor: 'x' });
    assert.equal(scripts.toString, undefined);
    assert.equal(workspaceRoot('/w/c', files)?.name, 'root');
  });
});
