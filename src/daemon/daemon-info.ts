// Owns `daemon.json`: what the running daemon says about itself to whoever looks for it.

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { API_VERSION, VERSION } from '../api/api-version.ts';
import type { ProcessIdentity } from '../core/process-identity.ts';
import type { Home } from '../home.ts';
import type { Place } from './place.ts';

export interface DaemonFacts {
  /** Which process the daemon is; null where that cannot be known. */
  readonly identity: ProcessIdentity | null;
  /** Null where there are no namespaces. */
  readonly place: Place | null;
  /** Whether somebody runs it, and not a client that needed it. */
  readonly isForeground: boolean;
  readonly port: number | null;
  readonly socket: string | null;
  /** Wall clock in epoch ms. */
  readonly startedAt: number;
}

/** Writes `daemon.json`, whole or not at all. */
export function writeDaemonInfo(home: Home, facts: DaemonFacts): void {
  const info = {
    pid: process.pid,
    start_ticks: facts.identity?.startTicks ?? null,
    boot_id: facts.identity?.bootId ?? null,
    pid_namespace: facts.place?.pidNamespace ?? null,
    net_namespace: facts.place?.netNamespace ?? null,
    port: facts.port,
    socket: facts.socket,
    version: VERSION,
    api_version: API_VERSION,
    foreground: facts.isForeground,
    started_at: new Date(facts.startedAt).toISOString(),
  };
  const draft = `${home.daemonInfo}.${process.pid}`;
  try {
    rmSync(draft, { force: true });
    writeFileSync(draft, `${JSON.stringify(info, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(draft, home.daemonInfo);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** The pid that `daemon.json` names, or null when there is none to be read. */
export function namedPid(home: Home): number | null {
  try {
    const { pid } = JSON.parse(readFileSync(home.daemonInfo, 'utf8')) as { pid?: unknown };
    return typeof pid === 'number' ? pid : null;
  } catch {
    return null;
  }
}

/** Removes `daemon.json`, unless it is another daemon's by now. */
export function removeDaemonInfo(home: Home): void {
  if (namedPid(home) === process.pid) rmSync(home.daemonInfo, { force: true });
}
