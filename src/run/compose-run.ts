// Owns the run of a command of Compose: its project's own name, leased ports for what it publishes, and what becomes of them.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AllocationsAnswer } from '../api/schemas.ts';
import { type Client, connect, expectOk } from '../client/client.ts';
import { releaseDowned } from './compose-ending.ts';
import { type ComposeKeeping, keepComposeLeases } from './compose-keeping.ts';
import * as messages from './compose-messages.ts';
import { moveProject } from './compose-moving.ts';
import type { ComposeRun } from './compose-project.ts';
import { sceneOf } from './compose-scene.ts';
import { type Told, toldProject } from './compose-words.ts';
import { portVariables } from './environment.ts';
import { exitStatus } from './exit-status.ts';
import { loadProcesses } from './members.ts';
import { leaseLost, notStarted } from './messages.ts';
import { handlingOf, type RunOptions, type RunSurroundings } from './run-options.ts';
import { supervise } from './supervision.ts';

/** How long Compose may take to stop its containers, in ms: each has ten seconds unless its file gives it more. */
const STOPPING_MS = 30_000;
/** How long an answer about a running command may take, in ms. */
const KEEP_TIMEOUT_MS = 3_000;

/**
 * Runs a command of Compose in a project that is this checkout's alone.
 *
 * @param leases those that the checkout has already
 * @returns the exit status, as `runLeased` has it
 * @throws StyxyError a refusal of the daemon: nothing was started then
 */
export async function runCompose(
  run: ComposeRun,
  leases: AllocationsAnswer,
  { words }: RunOptions,
  around: RunSurroundings,
  hasLocalNames: boolean,
): Promise<number> {
  const { home, say } = around;
  const given = { env: around.env, project: around.project() };
  const scene = sceneOf(run, words, given, leases.allocations, hasLocalNames);
  const { files, env, name, project } = scene;
  const reach = (): Promise<Client> =>
    connect({ home, env: around.env, autostart: false, timeoutMs: KEEP_TIMEOUT_MS });
  if (!run.command.isPublishing) {
    around.onLeaseless(leases);
    const told = toldProject(run, files, words, env, name, null);
    const isDown = run.command.subcommand === 'down';
    return await runTold(run, told, around, isDown ? downKeeping({ ...scene, env: told.env }, reach) : null);
  }
  say(messages.project(files.projectName ?? name ?? '', name !== null));
  const place = mkdtempSync(join(tmpdir(), 'styxy-compose-'));
  try {
    const client = await connect({ home, env: around.env });
    const { told, leased } = await moveProject(scene, client, place, say);
    const { isDetached } = run.command;
    const onLost = (lease: Parameters<typeof leaseLost>[0]): void => say(leaseLost(lease));
    const keeping = keepComposeLeases({ reach, leased, isDetached, onLost });
    const path = `/allocations?project_path=${encodeURIComponent(project.path)}`;
    const all = expectOk(await client.request<AllocationsAnswer>('GET', path));
    around.onLeaseless(all);
    const variables = portVariables(all.allocations, hasLocalNames);
    return await runTold(run, { ...told, env: { ...told.env, ...variables } }, around, keeping);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** Of what is taken down nothing is kept. */
function downKeeping(
  scene: Parameters<typeof releaseDowned>[0],
  reach: () => Promise<Client>,
): ComposeKeeping {
  return {
    finish: async (isDone) => {
      if (isDone) await releaseDowned(scene, reach);
      return [];
    },
  };
}

async function runTold(
  { texts, command }: ComposeRun,
  { words, env }: Told,
  around: RunSurroundings,
  keeping: ComposeKeeping | null,
): Promise<number> {
  let isDone = false;
  try {
    // Podman has no daemon: what it leaves behind are the containers, which carry no mark of ours either.
    const compose = {
      ...handlingOf(around),
      words,
      env: around.complete?.(env) ?? env,
      mark: null,
      leavesRest: true,
      onStarted: () => around.onStarted?.(),
    };
    const { ending } = await supervise({ ...compose, termGraceMs: STOPPING_MS }, loadProcesses);
    if (ending.kind === 'not-started') around.say(notStarted(words, ending.code));
    isDone = ending.kind === 'exited' && ending.status === 0;
    return exitStatus(ending);
  } finally {
    const going = (await keeping?.finish(isDone)) ?? [];
    if (going.length > 0) around.say(messages.goOn(going, texts.slice(0, command.at)));
  }
}
