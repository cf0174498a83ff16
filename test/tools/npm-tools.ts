// Owns the real tools that come from npm, with the packages of all of them, each pinned to its major version.

import { page } from './answers.ts';
import { COPY, type NpmTool } from './tool.ts';

/** What the tools need, as `npm install` takes it. */
export const NPM_PACKAGES: readonly string[] = [
  '@11ty/eleventy@3',
  '@docusaurus/core@3',
  '@docusaurus/preset-classic@3',
  '@rsbuild/core@2',
  '@storybook/html-vite@10',
  'astro@7',
  'express@5',
  'http-server@14',
  'json-server@0.17',
  'next@16',
  'nodemon@3',
  'nuxt@4',
  'parcel@2',
  'pnpm@10',
  'react@19',
  'react-dom@19',
  'serve@14',
  'storybook@10',
  'tsx@4',
  'vite@8',
  'vitepress@1',
  'webpack@5',
  'webpack-cli@7',
  'webpack-dev-server@6',
];

/** No tool tells its maker that a test ran, or looks for its next version. */
export const QUIET: NodeJS.ProcessEnv = {
  ASTRO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
  NEXT_TELEMETRY_DISABLED: '1',
  NO_UPDATE_CHECK: '1',
  NO_UPDATE_NOTIFIER: '1',
  NUXT_TELEMETRY_DISABLED: '1',
  STORYBOOK_DISABLE_TELEMETRY: '1',
  npm_config_update_notifier: 'false',
};

const DEV = ['npm', 'run', 'dev'];

/** A package.json whose script `dev` is this. */
function dev(script: string, more: object = {}): string {
  return `${JSON.stringify({ name: 'shop', private: true, scripts: { dev: script }, ...more }, null, 2)}\n`;
}

const HTML = `<!doctype html><title>shop</title><h1>${COPY}</h1>\n`;
const REACT_PAGE = `export default function Home() {\n  return <h1>${COPY}</h1>;\n}\n`;

/** Next.js compiles nothing outside its root, and takes the repository for it. */
const NEXT_CONFIG = `const { dirname } = require('node:path');
const packages = dirname(dirname(require.resolve('next/package.json')));
module.exports = { turbopack: { root: dirname(packages) } };
`;

const EXPRESS_APP = `const app = require('express')();
app.get('/', (request, response) => response.send('${COPY}'));
app.listen(process.env.PORT ?? 3000, (error) => {
  if (error) throw error;
});
`;

const PLAIN_APP = `const { createServer } = require('node:http');
createServer((request, response) => response.end('${COPY}')).listen(process.env.PORT ?? 3000);
`;

export const NPM_TOOLS: readonly NpmTool[] = [
  {
    name: 'Vite',
    package: 'vite',
    serviceType: 'dev',
    files: { 'package.json': dev('vite'), 'index.html': HTML },
    ignored: ['.vite/'],
    command: () => DEV,
    answers: page(),
  },
  {
    name: 'Next.js',
    package: 'next',
    serviceType: 'dev',
    files: { 'package.json': dev('next dev'), 'pages/index.js': REACT_PAGE, 'next.config.js': NEXT_CONFIG },
    ignored: ['.next/'],
    command: () => DEV,
    answers: page(),
  },
  {
    name: 'webpack-dev-server',
    package: 'webpack-dev-server',
    serviceType: 'dev',
    files: {
      'package.json': dev('webpack serve'),
      'webpack.config.js': `module.exports = { mode: 'development', entry: './main.js', devServer: { static: '.' } };\n`,
      'main.js': `document.title = 'shop';\n`,
      'index.html': HTML,
    },
    command: () => DEV,
    answers: page(),
  },
  {
    name: 'http-server',
    package: 'http-server',
    serviceType: 'api',
    files: { 'package.json': dev('http-server'), 'index.html': HTML },
    command: () => ['npx', 'http-server'],
    answers: page(),
  },
  {
    name: 'an Express app',
    package: 'express',
    serviceType: 'api',
    files: { 'package.json': dev('node server.js'), 'server.js': EXPRESS_APP },
    command: () => ['node', 'server.js'],
    answers: page(),
  },
  {
    name: 'Astro',
    package: 'astro',
    serviceType: 'dev',
    files: { 'package.json': dev('astro dev', { type: 'module' }), 'src/pages/index.astro': HTML },
    ignored: ['.astro/', 'node_modules/', 'src/env.d.ts'],
    command: () => DEV,
    answers: page(),
  },
  {
    name: 'Nuxt',
    package: 'nuxt',
    serviceType: 'dev',
    files: {
      'package.json': dev('nuxt dev', { type: 'module' }),
      'nuxt.config.ts': `export default { compatibilityDate: '2025-01-01', devtools: { enabled: false } };\n`,
      'app.vue': `<template><h1>${COPY}</h1></template>\n`,
    },
    ignored: ['.nuxt/', '.output/', 'node_modules/'],
    command: () => DEV,
    answers: page(),
  },
  {
    name: 'Parcel',
    package: 'parcel',
    serviceType: 'dev',
    files: { 'package.json': dev('parcel index.html'), 'index.html': HTML },
    ignored: ['.parcel-cache/', 'dist/'],
    command: () => DEV,
    answers: page(),
  },
  {
    name: 'Rsbuild',
    package: '@rsbuild/core',
    serviceType: 'dev',
    files: {
      'package.json': dev('rsbuild dev'),
      'rsbuild.config.mjs': `export default { html: { title: '${COPY}' } };\n`,
      'src/index.js': `document.body.append('shop');\n`,
    },
    ignored: ['dist/', 'node_modules/'],
    command: () => DEV,
    answers: page(),
  },
  {
    name: 'Storybook',
    package: 'storybook',
    serviceType: 'storybook',
    files: {
      'package.json': dev('storybook dev --no-open', { type: 'module' }),
      '.storybook/main.js': `export default { framework: '@storybook/html-vite', stories: ['../stories/*.stories.js'] };\n`,
      'stories/shop.stories.js': `export default { title: '${COPY}' };\nexport const Shop = { render: () => 'shop' };\n`,
    },
    ignored: ['node_modules/'],
    command: () => DEV,
    answers: page('/index.json'),
  },
  {
    name: 'Docusaurus',
    package: '@docusaurus/core',
    serviceType: 'docs',
    files: {
      'package.json': dev('docusaurus start --no-open'),
      'docusaurus.config.js': `module.exports = {
  title: '${COPY}',
  url: 'http://localhost',
  baseUrl: '/',
  presets: [['classic', { docs: false, blog: false }]],
};\n`,
      'src/pages/index.js': REACT_PAGE,
    },
    ignored: ['.docusaurus/', 'node_modules/'],
    command: () => DEV,
    answers: page(),
  },
  {
    name: 'VitePress',
    package: 'vitepress',
    serviceType: 'docs',
    files: {
      'package.json': dev('vitepress dev', { type: 'module' }),
      'index.md': '# shop\n',
      '.vitepress/config.mjs': `export default { title: '${COPY}', description: '${COPY}' };\n`,
    },
    ignored: ['.vitepress/cache/'],
    command: () => DEV,
    answers: page('/.vitepress/config.mjs'),
  },
  {
    name: 'Eleventy',
    package: '@11ty/eleventy',
    serviceType: 'docs',
    files: { 'package.json': dev('eleventy --serve'), 'index.md': `# ${COPY}\n` },
    ignored: ['_site/'],
    command: () => DEV,
    answers: page(),
  },
  {
    name: 'json-server',
    package: 'json-server',
    serviceType: 'api',
    files: { 'package.json': dev('json-server db.json'), 'db.json': `{ "copy": { "name": "${COPY}" } }\n` },
    command: () => ['npx', 'json-server', 'db.json'],
    answers: page('/copy'),
  },
  {
    name: 'serve',
    package: 'serve',
    serviceType: 'api',
    files: { 'package.json': dev('serve'), 'index.html': HTML },
    command: () => ['npx', 'serve'],
    answers: page(),
  },
  {
    name: 'nodemon',
    package: 'nodemon',
    serviceType: 'api',
    files: { 'package.json': dev('nodemon server.js'), 'server.js': PLAIN_APP },
    command: () => DEV,
    answers: page(),
  },
  {
    name: 'tsx watch',
    package: 'tsx',
    serviceType: 'api',
    files: { 'package.json': dev('tsx watch server.js'), 'server.js': PLAIN_APP },
    command: () => DEV,
    answers: page(),
  },
];
