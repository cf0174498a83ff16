// Owns the run of a command that has no port of its own: an orchestrator, a tunnel, a script that leases for itself.

import type { AllocationsAnswer } from '../api/schemas.ts';
import { projectOf } from '../project/project.ts';
import { projectSlug } from '../project/slug.ts';
import type { RunPlan } from '../tools/plan.ts';
import { portVariables, withoutPort } from './environment.ts';
import { exitStatus } from './exit-status.ts';
import { loadProcesses, newMark } from './members.ts';
import * as messages from './messages.ts';
import { handlingOf, type RunOptions, type RunSurroundings } from './run-options.ts';
import { supervise } from './supervision.ts';

/**
 * Runs a command that has no port of its own, with the addresses of its project's others.
 *
 * @returns the exit status, as `runLeased` has it
 */
export async function runLeaseless(
  project: AllocationsAnswer,
  { words, isPortless = false }: RunOptions,
  plan: RunPlan,
  around: RunSurroundings,
  hasLocalNames: boolean,
): Promise<number> {
  const { env, say, complete = (all) => all } = around;
  around.onLeaseless(project);
  if (!isPortless) say(messages.leaseless(plan));
  const mark = newMark();
  const own = plan.leaseless === 'several' || isPortless ? withoutPort(env) : env;
  const { path } = projectOf(around.project(), plan.directory);
  const { ending } = await supervise(
    {
      ...handlingOf(around),
      words,
      env: complete({
        ...own,
        ...portVariables(project.allocations, hasLocalNames),
        STYXY_SLUG: projectSlug(path),
        [mark.name]: mark.value,
      }),
      mark,
      onStarted: () => around.onStarted?.(),
    },
    loadProcesses,
  );
  if (ending.kind === 'not-started') say(messages.notStarted(words, ending.code));
  return exitStatus(ending);
}
