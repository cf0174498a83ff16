// Owns the table of what is compared: each package, what it is made for, and how 200 servers use it.

import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Program } from '../program.ts';
import { environmentFor, makeHome, startDaemon } from '../servers.ts';
import type { Crowd } from './crowd.ts';

/** With exact versions: a figure is one of a version. */
export const PACKAGES = [
  'get-port@7.2.0',
  'portfinder@1.0.38',
  'detect-port@2.1.0',
  'portless@0.15.6',
] as const;

/** Where everything lies. */
export interface Stage {
  readonly program: Program;
  /** A directory that ends with the round. */
  readonly scratch: string;
  /** The bundle of asker.ts, with the packages beside it. */
  readonly asker: string;
  /** The command of portless. */
  readonly portless: string;
}

export interface Peer {
  /** As `--only` names it. */
  readonly key: string;
  readonly peer: string;
  readonly madeFor: string;
  readonly isStyxy: boolean;
  readonly needsPackages: boolean;
  /** Starts what must run beside the servers, and tells how they are started. */
  prepare(stage: Stage): Promise<Prepared>;
}

interface Prepared extends Pick<Crowd, 'command' | 'env' | 'doesWait'> {
  stop(): Promise<unknown>;
}

const run = promisify(execFile);

function library(way: string, name: string, peer: string, madeFor: string): Peer {
  return {
    key: way,
    peer,
    madeFor,
    isStyxy: false,
    needsPackages: true,
    prepare: async ({ asker, scratch }) => ({
      command: (server, collector) => [process.execPath, asker, way, name, collector, server],
      env: { PATH: process.env.PATH, HOME: scratch },
      doesWait: true,
      stop: async () => {},
    }),
  };
}

export const PEERS: readonly Peer[] = [
  library(
    'get-port',
    'get-port',
    'get-port 7.2.0',
    'any free port for one process, a test for example; another one each time',
  ),
  library(
    'get-port-range',
    'get-port',
    'get-port 7.2.0, `portNumbers(3000, 3999)`',
    'a preferred port for one process, which alone knows what it has handed out',
  ),
  library(
    'portfinder',
    'portfinder',
    'portfinder 1.0.38',
    'the first free port from 8000 on for one process',
  ),
  library(
    'detect-port',
    'detect-port',
    'detect-port 2.1.0, from 3000',
    'telling one process whether a port is free, and the next one',
  ),
  {
    key: 'portless',
    peer: 'portless 0.15.6',
    madeFor: 'names instead of ports: a proxy leads `name.localhost` to an app, whose port is of chance',
    isStyxy: false,
    needsPackages: true,
    async prepare({ portless, asker, scratch, program }) {
      const port = await freePort();
      const env = {
        PATH: `${program.binDir}:${process.env.PATH}`,
        HOME: scratch,
        PORTLESS_STATE_DIR: join(scratch, 'portless'),
        PORTLESS_PORT: String(port),
        // Without these it would write to the trust store and to /etc/hosts.
        PORTLESS_HTTPS: '0',
        PORTLESS_SYNC_HOSTS: '0',
      };
      mkdirSync(env.PORTLESS_STATE_DIR);
      const proxy = (verb: string): Promise<unknown> =>
        run(process.execPath, [portless, 'proxy', verb], { env });
      await proxy('start');
      return {
        command: (server, collector) => [
          process.execPath,
          portless,
          server,
          ...told(asker, collector, server),
        ],
        env,
        doesWait: false,
        stop: () => proxy('stop'),
      };
    },
  },
  {
    key: 'styxy',
    peer: 'Styxy, the library',
    madeFor: 'the same port for the same service every day, and none taken twice on a machine',
    isStyxy: true,
    needsPackages: false,
    async prepare({ program, scratch, asker }) {
      const { env, stop } = await styxyDaemon(program, scratch);
      return {
        command: (server, collector) => [process.execPath, asker, 'styxy', 'styxy', collector, server],
        env,
        doesWait: true,
        stop,
      };
    },
  },
  {
    key: 'styxy-run',
    peer: '`styxy run`',
    madeFor: 'the same for any command, with the lease held while it runs',
    isStyxy: true,
    needsPackages: false,
    async prepare({ program, scratch, asker }) {
      const { env, stop } = await styxyDaemon(program, scratch);
      return {
        command: (server, collector) => [
          process.execPath,
          program.cli,
          ...['run', '-s', 'bulk', '-n', server, '--'],
          ...told(asker, collector, server),
        ],
        env,
        doesWait: false,
        stop,
      };
    },
  },
];

/** The words of a server that is told its port. */
function told(asker: string, collector: string, name: string): string[] {
  return ['node', asker, 'told', '', collector, name];
}

async function styxyDaemon(program: Program, scratch: string) {
  const home = makeHome(scratch);
  const { stop } = await startDaemon(program, home);
  return { env: { ...environmentFor(home, program.binDir), STYXY_AUTOSTART: '0' }, stop };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
