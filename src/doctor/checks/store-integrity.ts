// Owns the check of the store: whole while nobody has it open, and able to commit while the daemon has.

import { StyxyError } from '../../errors.ts';
import { type Check, note, ok, skipped, trouble } from '../check.ts';

export const storeIntegrity: Check = {
  id: 'store',
  title: 'Store',
  why: 'The leases are in it. A damaged one is set aside at the next start, with a copy, and what can be read is kept.',
  fixes: null,
  needs: 'home',
  async run(scene) {
    const daemon = await scene.daemon();
    if (daemon.kind === 'fault') return skipped('a daemon that does not answer may have it open');
    if (daemon.kind === 'answers') {
      const { store, counts, recovery } = daemon.status;
      if (!store.can_commit)
        return trouble(
          `the daemon cannot commit: ${store.reason ?? 'for an unknown reason'}`,
          'Make room on the disk, or correct the modes of the home; it tries again by itself.',
        );
      // The configuration has a check of its own.
      const failed = recovery.steps.find(
        ({ step, outcome }) => outcome === 'failed' && step !== 'configuration',
      );
      if (failed !== undefined)
        return trouble(
          `the last start went on without the step ${failed.step}, which failed: ${failed.detail ?? 'for no known reason'}`,
          'Try it again: `styxy daemon restart`; `styxy daemon logs` says more.',
        );
      if (recovery.set_aside > 0)
        return note(
          `${counted(recovery.set_aside, 'record')} could not be read at the last start`,
          'They were set aside; `styxy daemon logs` names them, and the folder backups in the home has the copies.',
        );
      return ok(`the daemon commits; ${counted(counts.leases, 'lease')}`);
    }
    try {
      return judged(await scene.store());
    } catch (error) {
      if (error instanceof StyxyError) return trouble(error.message, error.hint);
      throw error;
    }
  },
};

function judged(look: Awaited<ReturnType<import('../scene.ts').Scene['store']>>) {
  switch (look.kind) {
    case 'missing':
      return ok('there is none yet; the daemon makes one');
    case 'changing':
      return skipped('a daemon that has just started writes it');
    case 'newer':
      return trouble(
        `it is of version ${look.version}, and this styxy knows versions up to ${look.known}`,
        'Use the newer styxy that wrote it: `npm install -g styxy@latest`.',
      );
    case 'damaged':
      return trouble(
        `it is damaged: ${look.reason}`,
        '`styxy daemon start` sets it aside with a copy in backups, and saves what can be read.',
      );
    case 'sound':
      return look.leases === null
        ? ok('sound from outside; too large for a look at every page')
        : ok(`sound; ${counted(look.leases, 'lease')}`);
  }
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
