// Owns the check of the coding agents' hooks, which it really runs.

import { AGENT_TITLES } from '../../agents/occasions.ts';
import { type Check, ok, trouble } from '../check.ts';

export const agentHooks: Check = {
  id: 'agent-hooks',
  title: 'Agent hooks',
  why: 'A hook fails open: where it cannot run, the agent works as if Styxy were not there, and says nothing.',
  fixes: null,
  needs: 'home',
  async run({ hooks, daemon }) {
    const isAnswering = (await daemon()).kind === 'answers';
    const sights = await hooks(isAnswering);
    const outdated = sights.find(({ state }) => state === 'outdated');
    if (outdated !== undefined)
      return trouble(
        `those in ${outdated.settings} are not up to date`,
        '`styxy hooks install` brings them up to date.',
      );
    const failing = sights.find(({ failure }) => failure !== null);
    if (failing !== undefined)
      return trouble(
        `those in ${failing.settings} do not run: ${failing.failure}`,
        '`styxy hooks install` writes them anew, `styxy hooks status` tries them.',
      );
    const titlesOf = (isIn: boolean): string =>
      sights
        .filter(({ state }) => (state === 'current') === isIn)
        .map(({ agent }) => AGENT_TITLES[agent])
        .join(', ');
    const [having, lacking] = [titlesOf(true), titlesOf(false)];
    if (having === '')
      return ok(`none for ${lacking === '' ? 'any agent' : lacking}; \`styxy hooks install\` puts them in`);
    const others = lacking === '' ? '' : `; none for ${lacking}: \`styxy hooks install\` puts them in`;
    return isAnswering
      ? ok(`those of ${having} run${others}`)
      : ok(`those of ${having} are in place; no daemon answers them now${others}`);
  },
};
