// Owns the check of Windows around a Linux: what of it Styxy sees, and what not.

import { type Check, note, ok, trouble } from '../check.ts';

export const wsl: Check = {
  id: 'wsl',
  title: 'WSL',
  why: 'Ports of Windows and of Linux get into each other’s way there, and a home on a Windows drive loses locks.',
  fixes: null,
  needs: 'nothing',
  async run({ home, platform, readText, env }) {
    const kernel = platform === 'linux' ? (readText('/proc/sys/kernel/osrelease') ?? '') : '';
    if (!/microsoft/i.test(kernel)) return ok('this is none');
    if (home !== null && /^\/mnt\/[a-z](?:\/|$)/.test(home.dir))
      return trouble(
        `${home.dir} is on a drive of Windows`,
        'Set STYXY_HOME to a directory of the Linux, such as ~/.styxy.',
      );
    if (/Microsoft$/.test(kernel))
      return note(
        'WSL 1: the kernel is imitated, and locks and listeners may be told wrong',
        '`wsl.exe --set-version <distribution> 2` brings it to WSL 2.',
      );
    return note(
      `WSL 2${env.WSL_DISTRO_NAME === undefined ? '' : ` (${env.WSL_DISTRO_NAME})`}: servers of Windows are not seen from here`,
      'Run the servers and the daemon on one side.',
    );
  },
};
