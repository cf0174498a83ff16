// Owns the back ends of Node, Bun and Deno, and the small servers for files and mocks.

import { NODE_VALUES } from '../launchers.ts';
import type { Tool } from '../tool.ts';

const PORT = { PORT: '{port}' };
const PORT_FLAG = ['--port', '{port}'];

/** A text of code is no file either, nor is the package that Bun is to run a script of. */
const BEFORE_FILE = [...NODE_VALUES, '-e', '--eval', '-p', '--print', '--cwd', '-F', '--filter'];

/** With one of these Node runs no app: it tests, checks a file, or runs a text. */
const NO_APP = ['--test', '-c', '--check', '-e', '--eval', '-p', '--print'];

export const API: readonly Tool[] = [
  {
    id: 'node',
    name: 'Node app (Express, Koa, Hapi, Fastify)',
    commands: ['node', 'bun', 'tsx', 'ts-node'],
    files: ['server', 'app', 'api', 'www'],
    rejects: NO_APP,
    valueOptions: BEFORE_FILE,
    serviceType: 'api',
    defaultPort: null,
    told: { variables: PORT },
  },
  {
    id: 'node-watch',
    name: 'Node app under a watcher',
    commands: ['node', 'bun'],
    needs: ['--watch', '--watch-path', '--hot'],
    rejects: NO_APP,
    serviceType: 'api',
    defaultPort: null,
    told: { variables: PORT },
  },
  {
    id: 'nodemon',
    name: 'nodemon, tsx watch',
    commands: ['nodemon', 'tsx watch', 'ts-node-dev'],
    serviceType: 'api',
    defaultPort: null,
    told: { variables: PORT },
  },
  {
    id: 'nest',
    name: 'NestJS',
    commands: ['nest start', '@nestjs/cli start'],
    serviceType: 'api',
    defaultPort: 3000,
    told: { variables: PORT },
  },
  {
    id: 'deno-task',
    name: 'Deno task',
    // Any other task may be anything.
    commands: ['dev', 'start', 'serve', 'preview', 'develop'].map((task) => `deno task ${task}`),
    valueOptions: ['--cwd', '--config', '-c'],
    serviceType: 'api',
    defaultPort: 8000,
    told: { variables: PORT, options: ['--port'] },
  },
  {
    id: 'deno-serve',
    name: 'Deno serve',
    commands: ['deno serve'],
    valueOptions: ['--host', '--port', '--config', '-c', '--import-map', '--env-file', '--unstable'],
    optionsComeFirst: true,
    serviceType: 'api',
    defaultPort: 8000,
    // What stands behind the file belongs to the app, and `deno serve` itself does not read PORT.
    told: {
      options: ['--port'],
      advice: 'Write `deno serve --port {port}` with the placeholder: what follows the file is for the app.',
    },
  },
  {
    id: 'strapi',
    name: 'Strapi',
    commands: ['strapi develop', 'strapi dev', 'strapi start'],
    serviceType: 'api',
    defaultPort: 1337,
    told: { variables: PORT },
  },
  {
    id: 'keystone',
    name: 'KeystoneJS',
    commands: ['keystone dev', 'keystone start'],
    serviceType: 'api',
    defaultPort: 3000,
    told: { variables: PORT },
  },
  {
    id: 'sanity',
    name: 'Sanity',
    commands: ['sanity dev', 'sanity start'],
    serviceType: 'api',
    defaultPort: 3333,
    told: { add: PORT_FLAG, options: ['--port'] },
  },
  {
    id: 'json-server',
    name: 'json-server',
    commands: ['json-server'],
    serviceType: 'api',
    defaultPort: 3000,
    told: { add: PORT_FLAG, options: ['--port', '-p'] },
  },
  {
    id: 'http-server',
    name: 'http-server',
    commands: ['http-server'],
    serviceType: 'api',
    defaultPort: 8080,
    told: { variables: PORT, add: ['-p', '{port}'], options: ['-p', '--port'] },
  },
  {
    id: 'serve',
    name: 'serve',
    commands: ['serve'],
    serviceType: 'api',
    defaultPort: 3000,
    told: {
      variables: PORT,
      options: ['-l', '--listen', '-p'],
      shape: 'address',
    },
  },
  {
    id: 'live-server',
    name: 'live-server',
    commands: ['live-server'],
    serviceType: 'api',
    defaultPort: 8080,
    told: { variables: PORT, add: ['--port={port}'], options: ['--port'] },
  },
];
