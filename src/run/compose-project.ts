// Owns what is found out about a project of Compose before its command runs: its files, its name, and what it publishes.

import { type ComposeCommand, readComposeCommand } from '../compose/command.ts';
import { type ComposeFiles, composeFiles } from '../compose/files.ts';
import type { ComposeModel } from '../compose/model.ts';
import { readOwn } from '../compose/own-reading.ts';
import { readProjectFile } from '../project/project-file.ts';
import type { RunPlan } from '../tools/plan.ts';
import { askConfig } from './compose-config.ts';

/** A command line of Compose that a run leads to. */
export interface ComposeRun {
  readonly command: ComposeCommand;
  /** Its words. */
  readonly texts: readonly string[];
  /** Where words for Compose are put into the user's own; null where its words stand in a script. */
  readonly insertAt: number | null;
  /** Variables that the command line sets itself. */
  readonly assigned: Readonly<Record<string, string>>;
  /** Variables of ours do not reach it. */
  readonly isCutOff: boolean;
  readonly directory: string;
}

/** @returns null for what is no command of Compose, or is not certain */
export function composeRunOf({ id, tool, end, directory }: RunPlan): ComposeRun | null {
  if (tool !== null && id !== 'compose') return null;
  const { words, assigned, isCutOff } = end;
  const texts = words.map(({ text }) => text);
  const read = readComposeCommand(texts);
  if (read === null || words.slice(0, read.at + 1).some(({ isLiteral }) => !isLiteral)) return null;
  // Whichever services a variable names: all have a lease then.
  const command = words.every(({ isLiteral }) => isLiteral) ? read : { ...read, services: [] };
  return { command, texts, insertAt: words[command.at]?.at ?? null, assigned, isCutOff, directory };
}

/** The files of its project; those of the environment that it will have. */
export function filesOf({ command, directory, assigned }: ComposeRun, env: NodeJS.ProcessEnv): ComposeFiles {
  return composeFiles(command, directory, { ...env, ...assigned }, readProjectFile);
}

export interface Reading {
  readonly model: ComposeModel | null;
  /** Why Compose itself was not the one that said it; null where it was. */
  readonly why: string | null;
}

/** What the project is: by Compose itself, else by an own reading of its files. */
export async function readProject(
  { command, texts, directory, assigned }: ComposeRun,
  files: ComposeFiles,
  env: NodeJS.ProcessEnv,
): Promise<Reading> {
  const words = texts.slice(0, command.at);
  const own = { ...env, ...assigned };
  const said = await askConfig({ words, services: command.services, directory, env: own });
  if (said.model !== null) return { model: onlyNamed(said.model, command), why: null };
  const model = await readOwn({
    texts: files.paths.flatMap((path) => readProjectFile(path) ?? []),
    variables: { ...files.variables },
    profiles: command.profiles,
    services: command.services,
    isWithoutOthers: command.isWithoutOthers,
  });
  return { model, why: said.why };
}

/** `config` has the services that the named ones depend on as well. */
function onlyNamed(model: ComposeModel, { services, isWithoutOthers }: ComposeCommand): ComposeModel {
  if (!isWithoutOthers || services.length === 0) return model;
  return { ...model, services: model.services.filter(({ name }) => services.includes(name)) };
}
