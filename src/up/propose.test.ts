import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { projectTree } from '../../test/fixtures/project-tree.ts';
import { parseProject } from './parse-project.ts';
import { proposedText, proposeServices } from './propose.ts';

const pkg = (name: string | null, scripts: Record<string, string> = {}, more: object = {}): object => ({
  ...(name === null ? {} : { name }),
  scripts,
  ...more,
});
const propose = (files: Readonly<Record<string, unknown>>) => proposeServices('/w', projectTree(files));
const brief = (files: Readonly<Record<string, unknown>>): (readonly [string, string, string | null])[] =>
  propose(files).services.map(({ name, command, cwd }) => [name, command, cwd]);

describe('the proposal of a styxy.json', () => {
  it('has a service for each package of a workspace that starts a server', () => {
    const files = {
      '/w/package.json': pkg(
        'shop',
        { dev: 'turbo run dev' },
        { workspaces: ['apps/*', 'packages/*', '!apps/old'] },
      ),
      '/w/apps/web/package.json': pkg('@shop/web', { dev: 'vite', start: 'serve dist' }),
      '/w/apps/api/package.json': pkg('@shop/api', { start: 'node server.js' }),
      '/w/apps/old/package.json': pkg('old', { dev: 'vite' }),
      '/w/packages/ui/package.json': pkg('@shop/ui', { build: 'vite build' }),
      '/w/packages/gen/package.json': pkg('@shop/gen', { dev: 'tsc --watch' }),
    };
    assert.deepEqual(brief(files), [
      ['api', 'npm run start', 'apps/api'],
      ['web', 'npm run dev', 'apps/web'],
    ]);
    assert.deepEqual(propose(files).leftOut, [{ cwd: 'packages/gen', command: 'npm run dev' }]);
  });

  for (const [file, manager] of [
    ['pnpm-lock.yaml', 'pnpm'],
    ['yarn.lock', 'yarn'],
    ['bun.lock', 'bun'],
    ['package-lock.json', 'npm'],
  ] as const)
    it(`runs scripts by ${manager} where there is a ${file}`, () => {
      assert.deepEqual(brief({ '/w/package.json': pkg('shop', { dev: 'next dev' }), [`/w/${file}`]: '' }), [
        ['shop', `${manager} run dev`, null],
      ]);
    });

  it('knows the workspaces of pnpm, and names that two packages have', () => {
    const files = {
      '/w/pnpm-workspace.yaml': 'packages:\n  - "*/*"\n',
      '/w/a/web/package.json': pkg('@a/web', { dev: 'vite' }),
      '/w/b/web/package.json': pkg('@b/web', { dev: 'vite' }),
      '/w/c/web/package.json': pkg(null, { dev: 'vite' }),
      '/w/d/web/package.json': pkg('wéb', { dev: 'vite' }),
    };
    const names = brief(files).map(([name]) => name);
    assert.deepEqual(names.slice(0, 3), ['web', '@b/web', 'c/web']);
    assert.match(names[3] ?? '', /^w-b-[0-9a-f]{8}$/);
  });

  it('has what Compose runs, and a script that leases for itself, without ports of their own', () => {
    const { services } = propose({
      '/w/package.json': pkg('shop', { dev: 'styxy run -- vite' }),
      '/w/compose.yaml': 'services: {}',
    });
    assert.deepEqual(
      services.map(({ name, listens }) => [name, listens]),
      [
        ['shop', false],
        ['compose', false],
      ],
    );
  });

  it('is nothing where there is nothing', () => {
    assert.deepEqual(propose({ '/w/README.md': '' }), { services: [], leftOut: [] });
    assert.deepEqual(propose({ '/w/package.json': '{' }), { services: [], leftOut: [] });
  });

  it('is a file without mistakes', () => {
    const { services } = propose({
      '/w/package.json': pkg('shop "x"', { dev: 'vite' }, { workspaces: ['apps/*'] }),
      '/w/apps/web/package.json': pkg('@shop/web', { dev: 'vite' }),
      '/w/compose.yml': '',
    });
    const text = proposedText(services);
    const around = { directory: '/w', project: '/w', projectOf: () => '/w' };
    const parsed = parseProject(text, around);
    assert.deepEqual(parsed.errors, []);
    assert.deepEqual(
      parsed.services.map(({ name, directory, listens }) => [name, directory, listens]),
      services.map(({ name, cwd, listens }) => [name, cwd === null ? '/w' : `/w/${cwd}`, listens]),
    );
  });
});
