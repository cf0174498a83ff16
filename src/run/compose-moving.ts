// Owns the moving of a project's published ports: read, leased, written into an override, and looked at by Compose itself.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '../client/client.ts';
import { movesOf } from '../compose/moves.ts';
import { isIgnored, type Moved, overrideOf } from '../compose/override.ts';
import { programName } from '../tools/word.ts';
import { askConfig, type ConfigQuestion } from './compose-config.ts';
import { type LeasedMove, leaseMoves, releaseNew } from './compose-leases.ts';
import * as messages from './compose-messages.ts';
import { readProject } from './compose-project.ts';
import type { ComposeScene } from './compose-scene.ts';
import { canBeTold, type Told, toldProject } from './compose-words.ts';

/** Takes a sentence for people. */
type Say = (message: string) => void;

export interface MovedProject {
  readonly told: Told;
  readonly leased: readonly LeasedMove[];
}

export interface LeasedProject {
  readonly leased: readonly LeasedMove[];
  /** The override. */
  readonly text: string;
  /** Whether Compose itself said what is in the project, so that it can be asked what it makes of the override. */
  readonly isAskable: boolean;
}

/**
 * Leases the ports and writes the override that has them. Where that cannot be, the command stays as it is, and why is said.
 *
 * @param place a directory for the override
 * @throws StyxyError a refusal of the daemon
 */
export async function moveProject(
  scene: ComposeScene,
  client: Client,
  place: string,
  say: Say,
): Promise<MovedProject> {
  const { run, files, words, env, name } = scene;
  const plainly = { told: toldProject(run, files, words, env, name, null), leased: [] };
  if (!canBeTold(run)) {
    say(messages.notTold());
    return plainly;
  }
  const project = await leaseProject(scene, client, say);
  if (project === null) return plainly;
  const { leased, text, isAskable } = project;
  const path = join(place, 'styxy.override.yaml');
  writeFileSync(path, text, { mode: 0o600 });
  const objection = await objectionTo(scene, path, leased, isAskable);
  if (objection !== null) {
    say(messages.notReplaced(objection));
    await releaseNew(client, leased);
    return plainly;
  }
  for (const each of leased) say(messages.leased(each));
  return { told: toldProject(run, files, words, env, name, path), leased };
}

/**
 * Leases a port for each that the project publishes.
 *
 * @returns null where there is none that could be moved; why is said
 * @throws StyxyError a refusal of the daemon
 */
export async function leaseProject(
  { run, files, env, name, project, instanceId }: ComposeScene,
  client: Client,
  say: Say,
): Promise<LeasedProject | null> {
  if (files.unreadable !== null) {
    say(messages.notAskable(files.unreadable));
    return null;
  }
  const named = name === null ? env : { ...env, COMPOSE_PROJECT_NAME: name };
  const { model, why } = await readProject(run, files, named);
  if (model === null) {
    say(messages.notRead(files.paths, why));
    return null;
  }
  if (why !== null) say(messages.ownReading(why));
  const { moves, kept } = movesOf(model);
  for (const sentence of [...model.unsure, ...kept]) say(sentence);
  if (moves.length === 0) {
    say(messages.nothingPublished());
    return null;
  }
  // Of the project's own place, the name is no trouble until another checkout comes.
  const fixed = project.isLinkedWorktree ? messages.fixedNames(model) : null;
  if (fixed !== null) say(fixed);
  const leased = await leaseMoves(client, moves, project, instanceId);
  const text = await overrideOf(model, leased.map(movedOf));
  return text === null ? null : { leased, text, isAskable: why === null };
}

function movedOf({ move, lease }: LeasedMove): Moved {
  return { move, port: lease.port };
}

/**
 * Why Compose does not do with the override what it is for; null where it does, or nothing is known.
 *
 * @param isAskable whether it answered for these services before; Compose 1 takes none behind `config`
 */
async function objectionTo(
  { run, files, env, name }: ComposeScene,
  path: string,
  leased: readonly LeasedMove[],
  isAskable: boolean,
): Promise<string | null> {
  const { texts, command, directory, assigned } = run;
  const told = toldProject({ ...run, insertAt: command.at }, files, texts, env, name, path);
  const words = told.words.slice(0, told.words.length - texts.length + command.at);
  const services = isAskable ? command.services : [];
  const question = { services, directory, env: { ...told.env, ...assigned } };
  const said = await askConfig({ ...question, words });
  if (said.model !== null)
    return isIgnored(said.model, leased.map(movedOf)) ? 'it adds to the ports instead' : null;
  const isToBlame = isAskable || (await hasModel({ ...question, words: texts.slice(0, command.at) }));
  if (isToBlame) return said.why;
  // Podman's own that has no `config` (1.0.3 is one) stops at the tag.
  return programName(texts[0] ?? '').startsWith('podman') ? 'it has no `config`' : null;
}

async function hasModel(question: ConfigQuestion): Promise<boolean> {
  return (await askConfig(question)).model !== null;
}
