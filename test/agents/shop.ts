// Owns the project that the commands of the corpus are typed in: a workspace with scripts of every kind.

import type { Surroundings } from '../../src/agents/server-command.ts';
import { projectTree } from '../fixtures/project-tree.ts';

export const HOME = '/home/dev';
export const SHOP = '/home/dev/shop';

const FILES = {
  [`${SHOP}/package.json`]: {
    name: 'shop',
    workspaces: ['packages/*'],
    scripts: {
      dev: 'vite',
      start: 'node server.js',
      build: 'tsc -b && vite build',
      preview: 'vite preview',
      test: 'vitest run',
      'test:watch': 'vitest',
      'test:ui': 'vitest --ui',
      'test:e2e': 'playwright test',
      lint: 'eslint . && npm run typecheck',
      typecheck: 'tsc --noEmit',
      storybook: 'storybook dev -p 6006',
      'dev:all': 'concurrently "npm:dev" "npm:start"',
      'dev:api': 'npm run dev -w api',
      'dev:web': 'npm --prefix packages/web run dev',
      'dev:turbo': 'turbo dev',
      'dev:fixed': 'json-server --port 3000 db.json',
      'dev:moved': 'vite --port 3000',
      'dev:styxy': 'styxy run -- vite',
      serve: 'serve dist -l 5000',
      db: 'docker compose up -d db',
      cypress: 'cypress open',
      seed: 'tsx scripts/seed.ts',
      prepare: 'husky',
      free: 'npx kill-port 3000 8080',
      'free:one': 'kill-port',
      stop: 'npm run stop:web; npm run stop:api',
      'stop:web': 'pkill -f next-server',
      'stop:api': 'kill $(lsof -ti:4000)',
      again: 'npm run again',
      fresh: 'fuser -k 5173/tcp; vite',
    },
  },
  [`${SHOP}/server.js`]: '',
  [`${SHOP}/packages/web/package.json`]: {
    name: 'web',
    scripts: { dev: 'next dev', build: 'next build', start: 'next start', lint: 'next lint', test: 'jest' },
  },
  [`${SHOP}/packages/api/package.json`]: {
    name: 'api',
    scripts: {
      dev: 'nest start --watch',
      start: 'node dist/main.js',
      test: 'jest',
      migrate: 'prisma migrate dev',
      preworker: 'kill-port 4100',
      worker: 'node dist/worker.js',
    },
  },
  [`${SHOP}/packages/docs/package.json`]: {
    name: '@shop/docs',
    scripts: { dev: 'astro dev', start: 'astro dev', build: 'astro build' },
  },
  [`${SHOP}/py/manage.py`]: '',
  [`${SHOP}/rb/app.rb`]: "require 'sinatra'\nget('/') { 'hi' }\n",
  [`${SHOP}/rb/task.rb`]: "puts 'hi'\n",
  [`${HOME}/blog/package.json`]: {
    name: 'blog',
    scripts: { start: 'gatsby develop', dev: 'eleventy --serve' },
  },
};

export const AROUND: Surroundings = { directory: SHOP, home: HOME, reader: projectTree(FILES) };
