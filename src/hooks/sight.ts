// Owns the look at installed hooks: whether they are in place, current, and really run.

import { hooksIn } from './claude-settings.ts';
import { type HookFiles, planRemoval, stateOf } from './installation.ts';
import { tryHook } from './trial.ts';

export interface HooksSight {
  readonly settings: string;
  readonly state: 'missing' | 'outdated' | 'current';
  /** Why the installed command does not answer, a sentence without a full stop; null where it does, or was not tried. */
  readonly failure: string | null;
  readonly isTried: boolean;
}

/**
 * Looks at the files, and runs the installed command as the agent would, with an event that changes nothing.
 *
 * @param tries false to leave the command alone, which may start a daemon
 * @throws StyxyError FILE_NOT_OURS where the settings cannot be read
 */
export async function lookAtHooks(files: HookFiles, tries = true): Promise<HooksSight> {
  const state = stateOf(files);
  const isTried = tries && state !== 'missing';
  const hooks = hooksIn(planRemoval(files).before ?? '');
  return {
    settings: files.settings,
    state,
    failure: isTried ? await tryHook(hooks, files.home.dir) : null,
    isTried,
  };
}
