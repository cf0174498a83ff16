// Owns what the checks see of the machine. Each thing is looked at once at most; tests put other things in its place.

import { lookup } from 'node:dns/promises';
import { accessSync, constants, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import net from 'node:net';
import { autostartOf } from '../autostart/autostart.ts';
import { type Layer, layersOf } from '../autostart/layers.ts';
import { lookAt } from '../autostart/sight.ts';
import { resolvesLocalNames } from '../client/local-names.ts';
import { type LoadedConfig, loadConfig } from '../config/load-config.ts';
import type { PortRange } from '../core/port-range.ts';
import { StyxyError } from '../errors.ts';
import { type Home, resolveApiPort, resolveHome } from '../home.ts';
import { type HooksSight, lookAtAllHooks } from '../hooks/sight.ts';
import { ephemeralRange } from '../os/ephemeral-range.ts';
import { networkFileSystem } from '../os/file-system.ts';
import type { Listener } from '../os/os.ts';
import { createPortTable } from '../os/platform.ts';
import { lookAtStore, type StoreLook } from '../store/sqlite/store-look.ts';
import { askDaemon, type DaemonSight, lookAtDaemon } from './daemon-sight.ts';
import { type HomeSight, lookAtHome } from './home-sight.ts';

export interface DiskSpace {
  readonly availableBytes: number;
  /** Files that can still be made; null where the file system does not say. */
  readonly availableFiles: number | null;
}

export interface Scene {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  /** Null where it is gone. */
  readonly workingDirectory: string | null;
  /** The number alone, such as 24.21.0. */
  readonly nodeVersion: string;
  /** Whether Node can bind a port without listening on it. */
  readonly hasBoundSocket: boolean;
  /** Null on Windows. */
  readonly uid: number | null;
  /** Null where the environment names none that can be used. */
  readonly home: Home | null;
  /** Why it names none. */
  readonly homeFault: StyxyError | null;
  /** The ports that the system hands out by itself. */
  readonly ephemeral: PortRange;
  homeSight(): Promise<HomeSight>;
  daemon(): Promise<DaemonSight>;
  /** Asks the daemon that runs. @throws StyxyError */
  ask<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** The configuration as its file is now; as shipped where there is no home of one's own. */
  config(): Promise<LoadedConfig>;
  store(): Promise<StoreLook>;
  /** The layers of the autostart; null on a platform that has none. */
  autostart(): Promise<readonly Layer[] | null>;
  /** The hooks of the coding agents that are here, for all of this user's projects. @param tries whether the installed command is run */
  hooks(tries: boolean): Promise<readonly HooksSight[]>;
  listeners(): Promise<readonly Listener[] | null>;
  diskSpace(path: string): Promise<DiskSpace>;
  /** The network file system that `path` is on, or null. */
  networkOf(path: string): string | null;
  /** A file of the system's; null where it is not there or cannot be read. */
  readText(path: string): string | null;
  canWrite(path: string): boolean;
  canRead(path: string): boolean;
  /** Whether a program can be started from this file. */
  canRun(path: string): boolean;
  /** The addresses of a name; empty where nobody knows it. */
  addressesOf(name: string): Promise<readonly string[]>;
  /** Whether a server can listen there, on a port of the system's choice. */
  canListen(host: string): Promise<boolean>;
  knowsLocalNames(): Promise<boolean>;
}

const NO_DAEMON: DaemonSight = { kind: 'none', info: null, isAwaited: false };

/** The machine as it is, seen with an environment. Nothing is looked at before somebody asks. */
export function sceneOf(env: NodeJS.ProcessEnv): Scene {
  const { home, fault } = homeOf(env);
  const uid = process.geteuid?.() ?? null;
  const withHome = async <T>(see: (home: Home) => Promise<T>): Promise<T> => {
    if (home === null) throw fault ?? new StyxyError('HOME_UNUSABLE', 'There is no home');
    return await see(home);
  };
  const homeSight = once(() => withHome((there) => lookAtHome(there, uid)));
  // In a home that is not one's own nothing is read: it may be a trap, or never answer.
  const isOwn = async (): Promise<boolean> => home !== null && (await homeSight()).kind === 'own';
  const daemon = once(() =>
    withHome(async (there) => ((await isOwn()) ? await lookAtDaemon(there, env) : NO_DAEMON)),
  );
  const autostart = once(() =>
    withHome(async (there) => {
      const options = installationOf(there, env);
      if (options === null) return null;
      const seen = await daemon();
      const answering =
        seen.kind === 'answers' ? { pid: seen.status.pid, version: seen.status.version } : null;
      return layersOf(await lookAt(options.facts, options.plan, env, async () => answering));
    }),
  );
  return {
    env,
    platform: process.platform,
    workingDirectory: workingDirectory(),
    nodeVersion: process.versions.node,
    hasBoundSocket: 'BoundSocket' in net,
    uid,
    home,
    homeFault: fault,
    ephemeral: ephemeralRange(),
    homeSight,
    daemon,
    ask: (method, path, body) => withHome((there) => askDaemon(there, method, path, body)),
    config: once(async () => configOf((await isOwn()) ? home : null, env)),
    store: once(() => withHome(({ store }) => lookAtStore(store))),
    autostart,
    hooks: (tries) => withHome((there) => lookAtAllHooks(there, env, tries)),
    listeners: once(() => createPortTable().listeners()),
    diskSpace,
    networkOf: networkFileSystem,
    readText,
    canWrite: (path) => isAccessible(path, constants.R_OK | constants.W_OK | constants.X_OK),
    canRead: (path) => isAccessible(path, constants.R_OK),
    canRun: (path) => isAccessible(path, constants.X_OK),
    addressesOf: async (name) => {
      try {
        return (await lookup(name, { all: true })).map(({ address }) => address);
      } catch {
        return [];
      }
    },
    canListen,
    knowsLocalNames: resolvesLocalNames,
  };
}

function homeOf(env: NodeJS.ProcessEnv): { home: Home | null; fault: StyxyError | null } {
  try {
    return { home: resolveHome(env), fault: null };
  } catch (error) {
    if (error instanceof StyxyError) return { home: null, fault: error };
    throw error;
  }
}

function installationOf(home: Home, env: NodeJS.ProcessEnv): ReturnType<typeof autostartOf> | null {
  try {
    return autostartOf(home, env);
  } catch (error) {
    if (error instanceof StyxyError && error.code === 'AUTOSTART_UNAVAILABLE') return null;
    throw error;
  }
}

function configOf(home: Home | null, env: NodeJS.ProcessEnv): LoadedConfig {
  // Without a home the shipped configuration holds; no file can have this name.
  const path = home?.config ?? '/dev/null/config.json';
  return loadConfig({ path, lastGood: null, ownPort: ownPort(env), ephemeral: ephemeralRange() });
}

/** @returns null where any free port is taken, and where STYXY_API_PORT is none, which another check tells */
function ownPort(env: NodeJS.ProcessEnv): number | null {
  try {
    return resolveApiPort(env) || null;
  } catch {
    return null;
  }
}

async function diskSpace(path: string): Promise<DiskSpace> {
  const { bavail, bsize, files, ffree } = await statfs(path);
  return { availableBytes: bavail * bsize, availableFiles: files === 0 ? null : ffree };
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function isAccessible(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

function workingDirectory(): string | null {
  try {
    return process.cwd();
  } catch {
    return null;
  }
}

function canListen(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port: 0, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

function once<T>(see: () => T): () => T {
  let seen: { readonly value: T } | null = null;
  return () => {
    seen ??= { value: see() };
    return seen.value;
  };
}
