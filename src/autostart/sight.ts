// Owns the look at an autostart: its files, its supervisor, and the daemon, gathered for the judgement. Changes nothing.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { connect, expectOk } from '../client/client.ts';
import { isRunning, readDaemonInfo } from '../client/running-daemon.ts';
import { isInUnit, type SupervisorProgram, supervisorProgram } from '../client/supervisor.ts';
import type { Home } from '../home.ts';
import type { AutostartFacts } from './facts.ts';
import { fileState } from './installed-file.ts';
import { unavailable } from './installer.ts';
import type { Sight } from './layers.ts';
import type { AutostartPlan } from './plan.ts';
import { parseUnits, UNIT_PROPERTIES, type UnitState } from './unit-state.ts';

const ASK_TIMEOUT_MS = 5_000;
const LINGERING = '/var/lib/systemd/linger';

/** @param ask finds out which daemon answers; by a connection, unless given, which may well start one */
export async function lookAt(
  facts: AutostartFacts,
  plan: AutostartPlan,
  env: NodeJS.ProcessEnv,
  ask: () => Promise<Sight['daemon']> = () => answering(facts.home, env),
): Promise<Sight> {
  const program = supervisorProgram(facts.place, env);
  const { message, hint } = unavailable(facts);
  const files = new Map(plan.files.map((file) => [file.path, fileState(file)]));
  // In this order: a connection may well start what the units show.
  const units = program === null ? null : await unitsOf(program, facts);
  const daemon = await ask();
  return {
    place: facts.place,
    files,
    missingPrograms: missingPrograms(facts),
    units,
    unreachable: { detail: message, remedy: hint },
    lingers: lingers(),
    daemon,
    nowUs: Number(process.hrtime.bigint() / 1000n),
  };
}

/** What keeps systemd from starting anything: the conditions in the installed unit. */
function missingPrograms({ place }: AutostartFacts): readonly string[] | null {
  if (place.kind !== 'systemd') return null;
  try {
    const named = readFileSync(place.daemonFile, 'utf8').matchAll(/^ConditionPathExists=(.+)$/gm);
    return [...named].map(([, path = '']) => path.replaceAll('%%', '%')).filter((path) => !existsSync(path));
  } catch {
    return null;
  }
}

/** Whether a daemon runs that the autostart did not start. Of other systems than Linux that is not known. */
export function runsBeside({ home, place }: AutostartFacts): boolean {
  const info = readDaemonInfo(home);
  return place.kind === 'systemd' && info !== null && isRunning(info) && !isInUnit(info.pid, place.daemon);
}

async function unitsOf(
  program: SupervisorProgram,
  { place }: AutostartFacts,
): Promise<ReadonlyMap<string, UnitState> | null> {
  if (place.kind !== 'systemd') return new Map();
  const names = [place.daemon, place.socket, place.check, place.timer].filter((name) => name !== null);
  const said = await program.run(
    ['show', `--property=${UNIT_PROPERTIES.join(',')}`, ...names],
    ASK_TIMEOUT_MS,
  );
  return said.status === 0 ? parseUnits(said.stdout) : null;
}

async function answering(home: Home, env: NodeJS.ProcessEnv): Promise<Sight['daemon']> {
  try {
    const client = await connect({
      home,
      env,
      autostart: false,
      timeoutMs: ASK_TIMEOUT_MS,
      onNotice: () => {},
    });
    const { pid, version } = expectOk(
      await client.request<{ pid: number; version: string }>('GET', '/status'),
    );
    client.close();
    return { pid, version };
  } catch {
    return null;
  }
}

function lingers(): boolean | null {
  try {
    return statSync(join(LINGERING, userInfo().username), { throwIfNoEntry: false }) !== undefined;
  } catch {
    return null;
  }
}
