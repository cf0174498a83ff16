// Owns the check of the daemon: whether it answers, and why not.

import { type Check, ok, trouble } from '../check.ts';

export const daemonAnswers: Check = {
  id: 'daemon',
  title: 'Daemon',
  why: 'It alone hands out ports; one that hangs keeps everybody waiting.',
  fixes: null,
  needs: 'home',
  async run(scene) {
    const daemon = await scene.daemon();
    if (daemon.kind === 'fault') return trouble(daemon.error.message, daemon.error.hint);
    if (daemon.kind === 'answers') {
      const { version, pid } = daemon.status;
      return ok(`answers: version ${version}, pid ${pid}`);
    }
    if (daemon.isAwaited) return ok('none runs; the service manager starts one at the first connection');
    return ok(
      scene.env.STYXY_AUTOSTART === '0'
        ? 'none runs, and STYXY_AUTOSTART=0 keeps commands from starting one'
        : 'none runs; the next command starts one',
    );
  },
};
