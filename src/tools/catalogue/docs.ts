// Owns the tools that show components and documents: workshops and sites.

import type { Tool } from '../tool.ts';

const PORT_FLAG = ['--port', '{port}'];

export const DOCS: readonly Tool[] = [
  {
    id: 'storybook',
    name: 'Storybook',
    commands: ['storybook dev', 'start-storybook'],
    serviceType: 'storybook',
    defaultPort: 6006,
    told: {
      variables: { PORT: '{port}', SBCONFIG_PORT: '{port}' },
      // Told by a variable alone it asks at a prompt when the port is taken, and hangs.
      prefersWords: true,
      add: ['-p', '{port}'],
      extra: ['--exact-port'],
      options: ['-p', '--port'],
      isLastWinning: true,
    },
  },
  {
    id: 'styleguidist',
    name: 'Styleguidist',
    commands: ['styleguidist server'],
    serviceType: 'storybook',
    defaultPort: 6060,
    told: { add: PORT_FLAG, options: ['--port'] },
  },
  {
    id: 'docusaurus',
    name: 'Docusaurus',
    commands: ['docusaurus start', 'docusaurus serve'],
    serviceType: 'docs',
    defaultPort: 3000,
    told: {
      variables: { PORT: '{port}' },
      add: PORT_FLAG,
      options: ['--port', '-p'],
      isLastWinning: true,
    },
  },
  {
    id: 'vitepress',
    name: 'VitePress',
    commands: ['vitepress', 'vitepress dev'],
    except: ['build', 'serve', 'preview', 'init'],
    serviceType: 'docs',
    defaultPort: 5173,
    told: { add: PORT_FLAG, extra: ['--strictPort'], options: ['--port'] },
  },
  {
    id: 'vuepress',
    name: 'VuePress',
    commands: ['vuepress dev'],
    serviceType: 'docs',
    defaultPort: 8080,
    told: { add: PORT_FLAG, options: ['--port', '-p'] },
  },
  {
    id: 'eleventy',
    name: 'Eleventy',
    commands: ['eleventy', '@11ty/eleventy'],
    needs: ['--serve'],
    serviceType: 'docs',
    defaultPort: 8080,
    told: { add: ['--port={port}'], options: ['--port'] },
  },
  {
    id: 'jekyll',
    name: 'Jekyll',
    commands: ['jekyll serve', 'jekyll server', 'jekyll s'],
    serviceType: 'docs',
    defaultPort: 4000,
    told: { add: PORT_FLAG, options: ['--port', '-P'], isLastWinning: true },
  },
  {
    id: 'hugo',
    name: 'Hugo',
    commands: ['hugo server', 'hugo serve'],
    valueOptions: ['-s', '--source', '--config', '-e', '--environment'],
    serviceType: 'docs',
    defaultPort: 1313,
    told: { add: PORT_FLAG, options: ['--port', '-p'], isLastWinning: true },
  },
  {
    id: 'mkdocs',
    name: 'MkDocs',
    commands: ['mkdocs serve'],
    serviceType: 'docs',
    defaultPort: 8000,
    told: {
      add: ['-a', '127.0.0.1:{port}'],
      options: ['-a', '--dev-addr'],
      shape: 'address',
      isLastWinning: true,
    },
  },
  {
    id: 'sphinx-autobuild',
    name: 'sphinx-autobuild',
    commands: ['sphinx-autobuild', 'sphinx_autobuild'],
    serviceType: 'docs',
    defaultPort: 8000,
    told: { add: PORT_FLAG, options: ['--port'], isLastWinning: true },
  },
];
