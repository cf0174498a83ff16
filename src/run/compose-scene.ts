// Owns everything that is known of a command of Compose and of the checkout that it runs in, before anything is asked or leased.

import type { LeaseJson } from '../api/schemas.ts';
import type { ComposeFiles } from '../compose/files.ts';
import { type Project, projectOf } from '../project/project.ts';
import { projectFiles } from '../project/project-files.ts';
import { projectSlug } from '../project/slug.ts';
import { type ComposeRun, composeRunOf, filesOf } from './compose-project.ts';
import { portVariables, withoutPort } from './environment.ts';

export interface ComposeScene {
  readonly run: ComposeRun;
  readonly files: ComposeFiles;
  /** The user's own words. */
  readonly words: readonly string[];
  /** The environment, with the addresses of the checkout's leases. */
  readonly env: NodeJS.ProcessEnv;
  /** The name that the project gets; null where the user gave it one. */
  readonly name: string | null;
  readonly project: Project;
  /** The instance that the leases are for; null for none. */
  readonly instanceId: string | null;
}

/**
 * @param words the user's own
 * @param leases those that the checkout has
 * @param hasLocalNames see `portVariables`
 */
export function sceneOf(
  run: ComposeRun,
  words: readonly string[],
  { env: outer, project: outerProject }: { readonly env: NodeJS.ProcessEnv; readonly project: Project },
  leases: readonly LeaseJson[],
  hasLocalNames: boolean,
): ComposeScene {
  const project = projectOf(outerProject, run.directory);
  const slug = projectSlug(project.path);
  const env = { ...withoutPort(outer), ...portVariables(leases, hasLocalNames), STYXY_SLUG: slug };
  const files = filesOf(run, env);
  const name = files.projectName === null ? slug : null;
  return { run, files, words, env, name, project, instanceId: outer.STYXY_INSTANCE || null };
}

/** The command line of Compose that these words are, or lead to; null where they are none. */
export async function readComposeRun(
  words: readonly string[],
  directory: string,
): Promise<ComposeRun | null> {
  const { planRun } = await import('../tools/plan.ts');
  return composeRunOf(planRun(words, directory, projectFiles()));
}
