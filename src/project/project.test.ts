import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { serviceName } from '../api/names.ts';
import { allowedName, findProject, projectOf, serviceNameOf } from './project.ts';

const GRAMMAR = new RegExp(
  (serviceName({ description: 'a name' }) as { pattern?: string }).pattern ?? '(?!)',
);
let place = '';
const git = (cwd: string, ...args: string[]): void => {
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
    cwd,
    stdio: 'ignore',
  });
};

before(() => {
  place = realpathSync(mkdtempSync(join(tmpdir(), 'styxy-project-')));
  const main = join(place, 'main');
  mkdirSync(join(main, 'packages', 'web', 'src'), { recursive: true });
  mkdirSync(join(main, 'tools', 'my tool'), { recursive: true });
  writeFileSync(join(main, 'package.json'), '{"name": "root"}');
  writeFileSync(join(main, 'packages', 'web', 'package.json'), '{"name": "@acme/web"}');
  git(main, 'init', '--quiet');
  git(main, 'commit', '--quiet', '--allow-empty', '-m', 'first');
  git(main, 'worktree', 'add', '--quiet', join(place, 'linked'));
  mkdirSync(join(place, 'plain', 'sub'), { recursive: true });
  mkdirSync(join(place, 'broken', '.git-is-a-file'), { recursive: true });
  writeFileSync(join(place, 'broken', '.git'), 'not a pointer to a repository');
  symlinkSync(main, join(place, 'alias'));
});
after(() => rmSync(place, { recursive: true, force: true }));

describe('the project of a directory', () => {
  for (const [directory, path, isLinkedWorktree] of [
    ['main', 'main', false],
    ['main/packages/web/src', 'main', false],
    ['alias/packages', 'main', false],
    ['linked', 'linked', true],
    ['plain/sub', 'plain/sub', false],
    ['broken', 'broken', false],
  ] as const) {
    it(`${directory} is ${path}`, () => {
      const project = findProject(join(place, directory));
      assert.equal(project.path, join(place, path));
      assert.equal(project.isLinkedWorktree, isLinkedWorktree);
    });
  }

  it('is refused for a directory that does not exist', () => {
    assert.throws(() => findProject(join(place, 'gone')), { code: 'INVALID_REQUEST' });
  });
});

describe('the name of a service', () => {
  for (const [directory, name] of [
    ['main', 'dev'],
    ['main/packages', 'packages'],
    ['main/packages/web', '@acme/web'],
    ['main/packages/web/src', '@acme/web'],
    ['main/tools', 'tools'],
    ['plain/sub', 'dev'],
  ] as const) {
    it(`in ${directory} is ${name}`, () => {
      assert.equal(serviceNameOf(findProject(join(place, directory)), 'dev'), name);
    });
  }

  it('is one that the grammar allows, even where the path is not', () => {
    const name = serviceNameOf(findProject(join(place, 'main', 'tools', 'my tool')), 'dev');
    assert.match(name, /^tools\/my-tool-[0-9a-f]{8}$/);
  });
});

describe('a name for any text', () => {
  it('is allowed, and the same every time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }), (text) => {
        const name = allowedName(text);
        assert.match(name, GRAMMAR);
        assert.equal(allowedName(text), name);
      }),
    );
  });

  it('tells texts apart that look alike once they are allowed', () => {
    const names = [
      'a b',
      'a\tb',
      'a  b',
      'a-b',
      '-a-b',
      'a..b',
      `${'x'.repeat(200)}a`,
      `y${'x'.repeat(199)}a`,
    ].map(allowedName);
    assert.equal(new Set(names).size, names.length);
  });
});

describe('the project of a command that runs elsewhere', () => {
  it('is the same one inside of it, and another one outside', () => {
    const main = findProject(join(place, 'main'));
    const web = join(place, 'main', 'packages', 'web');
    assert.deepEqual(projectOf(main, web), { ...main, directory: web });
    assert.deepEqual(projectOf(main, join(place, 'alias', 'packages', 'web')), { ...main, directory: web });
    assert.equal(projectOf(main, join(place, 'linked')).path, join(place, 'linked'));
    const inner = join(main.path, '.trees', 'inner');
    mkdirSync(join(inner, 'web'), { recursive: true });
    writeFileSync(join(inner, '.git'), `gitdir: ${join(main.path, '.git', 'worktrees', 'inner')}\n`);
    assert.equal(projectOf(main, join(inner, 'web')).path, inner, 'a worktree inside of another checkout');
    assert.equal(projectOf(findProject(inner), main.path).path, main.path);
    assert.deepEqual(projectOf(main, join(place, 'none')), main);
    const plain = findProject(join(place, 'plain'));
    assert.equal(projectOf(plain, join(place, 'plain', 'sub')).path, plain.path);
  });
});
