// Owns the setup's step that installs the autostart.

import { autostartOf } from '../../autostart/autostart.ts';
import { install, planInstall, planRemoval, unavailable, uninstall } from '../../autostart/installer.ts';
import { StyxyError } from '../../errors.ts';
import type { SetupContext, SetupStep, StepSight } from './step.ts';

export const autostartStep: SetupStep = {
  name: 'autostart',
  question: 'Have the system start the daemon and watch over it',
  async look({ home, env }) {
    try {
      return sightOf(autostartOf(home, env));
    } catch (error) {
      if (!(error instanceof StyxyError)) throw error;
      return { state: 'unavailable', detail: error.message, changes: [] };
    }
  },
  async apply({ home, env }) {
    const { steps, isReady } = await install(autostartOf(home, env));
    if (!isReady) {
      throw new StyxyError(
        'AUTOSTART_UNAVAILABLE',
        'The autostart is installed, and the daemon is not ready',
        {
          hint: '`styxy autostart status` says what is wrong.',
        },
      );
    }
    return steps.filter(({ action }) => action !== 'keep').map(({ path }) => `wrote ${path}`);
  },
  undo: async ({ home, env }) => await removed({ home, env }),
};

function sightOf(options: ReturnType<typeof autostartOf>): StepSight {
  const { facts, plan, program } = options;
  const present = planRemoval(plan).filter(({ before }) => before !== 'missing' && before !== 'foreign');
  if (program === null && present.length === 0) {
    const { message, hint } = unavailable(facts);
    return { state: 'unavailable', detail: `${message}. ${hint}`, changes: [] };
  }
  const isCurrent =
    present.length === plan.files.length && present.every(({ before }) => before === 'current');
  if (isCurrent) return { state: 'done', detail: 'installed', changes: [] };
  const edited = present.find(({ before }) => before === 'edited');
  // Doing it says so as well, and undoing it can go on.
  if (edited !== undefined)
    return { state: 'partial', detail: `${edited.path} was changed by hand`, changes: [] };
  return {
    state: present.length === 0 ? 'absent' : 'partial',
    detail: present.length === 0 ? 'not installed' : 'installed, and not up to date',
    changes: planInstall(plan)
      .filter(({ action }) => action !== 'keep')
      .map(({ action, path }) => `${action} ${path}`),
  };
}

async function removed({ home, env }: SetupContext): Promise<readonly string[]> {
  const { steps, setAside } = await uninstall(autostartOf(home, env), new Date());
  return steps.flatMap(({ path, action }) => {
    if (action === 'remove') return [`removed ${path}`];
    return action === 'set-aside' ? [`moved ${path} to ${setAside[path]}`] : [];
  });
}
