// Owns the check of the coding agents' hooks, which it really runs.

import { type Check, ok, trouble } from '../check.ts';

export const agentHooks: Check = {
  id: 'agent-hooks',
  title: 'Agent hooks',
  why: 'A hook fails open: where it cannot run, the agent works as if Styxy were not there, and says nothing.',
  fixes: null,
  needs: 'home',
  async run({ hooks, daemon }) {
    const isAnswering = (await daemon()).kind === 'answers';
    const { settings, state, failure, isTried } = await hooks(isAnswering);
    if (state === 'missing') return ok('none for Claude Code; `styxy hooks install` puts them in');
    if (state === 'outdated')
      return trouble(
        `those in ${settings} are not up to date`,
        '`styxy hooks install` brings them up to date.',
      );
    if (failure !== null)
      return trouble(
        `those in ${settings} do not run: ${failure}`,
        '`styxy hooks install` writes them anew, `styxy hooks status` tries them.',
      );
    return isTried
      ? ok('those of Claude Code run')
      : ok('those of Claude Code are in place; no daemon answers them now');
  },
};
