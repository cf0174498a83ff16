// Proves that two packages of one checkout have two ports, however their scripts are started.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { page } from './answers.ts';
import { strayFiles } from './checkouts.ts';
import { COPY, type Project } from './tool.ts';
import { type Copy, openWorkshop, processesOf, type Workshop } from './workshop.ts';

const PACKAGES = ['web', 'api'] as const;
type Package = (typeof PACKAGES)[number];

const json = (content: object): string => `${JSON.stringify(content, null, 2)}\n`;
const manifest = (name: Package, dev: string): string => json({ name, private: true, scripts: { dev } });

/** A front end and a back end, as workspaces of npm and of pnpm. */
const MONOREPO: Project = {
  files: {
    'package.json': json({ name: 'acme', private: true, workspaces: ['packages/*'] }),
    'pnpm-workspace.yaml': "packages:\n  - 'packages/*'\n",
    'packages/web/package.json': manifest('web', 'vite'),
    'packages/web/index.html': `<h1>web of ${COPY}</h1>`,
    'packages/api/package.json': manifest('api', 'node server.js'),
    'packages/api/server.js': `require('node:http')
  .createServer((request, response) => response.end('api of ${COPY}'))
  .listen(process.env.PORT ?? 8000);
`,
  },
  ignored: ['node_modules/', '.vite/'],
};

let workshop: Workshop;
before(async () => {
  workshop = await openWorkshop({ hasPackages: true });
});
after(() => workshop.close());

type Spelling = (name: Package) => { readonly words: readonly string[]; readonly folder: string };

/** How people start a package's script, and in which folder of the checkout they stand. */
const SPELLINGS: Readonly<Record<string, Spelling>> = {
  'npm run dev in each package': (name) => ({ words: ['npm', 'run', 'dev'], folder: `packages/${name}` }),
  'npm run dev -w NAME at the root': (name) => ({ words: ['npm', 'run', 'dev', '-w', name], folder: '.' }),
  'npm --prefix DIR run dev at the root': (name) => ({
    words: ['npm', '--prefix', `packages/${name}`, 'run', 'dev'],
    folder: '.',
  }),
  'pnpm dev in each package': (name) => ({ words: ['pnpm', 'dev'], folder: `packages/${name}` }),
  'pnpm --filter NAME dev at the root': (name) => ({ words: ['pnpm', '--filter', name, 'dev'], folder: '.' }),
};

describe('two packages of one checkout have two ports, started at once by', { concurrency: 2 }, () => {
  for (const [spelling, start] of Object.entries(SPELLINGS)) {
    it(spelling, async () => {
      const [checkout] = workshop.checkouts(spelling, MONOREPO, ['main']);
      assert.ok(checkout !== undefined);
      const bin = join(workshop.packages, '.bin');
      const copies = PACKAGES.map((name): Copy => {
        const { words, folder } = start(name);
        const cwd = join(checkout.path, folder);
        return { checkout, run: workshop.run(['--', ...words], cwd, { PATH: workshop.path(bin) }) };
      });
      const served = PACKAGES.map((name, at) => {
        const copy = copies[at];
        assert.ok(copy !== undefined);
        const answers = (port: number): Promise<boolean> => page()(port, `${name} of main`, checkout.path);
        return workshop.served(copy, answers);
      });
      const leases = await Promise.all(served);
      assert.deepEqual(
        leases.map(({ service_name, service_type }) => [service_name, service_type]),
        [
          ['web', 'dev'],
          ['api', 'api'],
        ],
      );
      assert.notEqual(leases[0]?.port, leases[1]?.port);

      await workshop.end(...copies);
      assert.deepEqual(processesOf(checkout.path), []);
      assert.equal(strayFiles(checkout), '');
      const left = await workshop.fixture.leases();
      assert.ok(!left.some(({ project_path }) => project_path === checkout.path));
    });
  }
});
