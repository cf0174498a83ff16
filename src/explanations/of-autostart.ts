// Owns the explanations of what the system's own supervisor, and files of others, refuse.

import type { Explanations } from './explanation.ts';

export const OF_AUTOSTART = {
  AUTOSTART_UNAVAILABLE: {
    what: 'The system has nobody who could start the daemon for this user, or it refused. Nothing is lost without an autostart: every command starts the daemon where none runs.',
    causes: [
      'A session without a login of its own, as over ssh to some servers or by `su`, has no service manager.',
      'A container has none, and WSL has none until it is told to.',
      'The supervisor was there and refused; the message has its words.',
    ],
    remedies: [
      {
        what: 'On a server, let your service manager run without a login, and try again.',
        command: 'sudo loginctl enable-linger $USER',
      },
      { what: 'In WSL, write `systemd=true` below `[boot]` in /etc/wsl.conf, and start it anew.' },
      { what: 'See which layers are there.', command: 'styxy autostart status' },
    ],
    example: { detail: 'No systemd manager of this user runs here' },
    related: ['DAEMON_UNREACHABLE', 'FILE_NOT_OURS'],
  },
  FILE_NOT_OURS: {
    what: 'A file that was to be written is there already and is not ours to overwrite. Nothing was changed.',
    causes: [
      'Somebody else wrote it, perhaps by hand.',
      'Styxy wrote it, and it was changed since: the seal in its first lines does not fit any more.',
      'It is a .env file that git tracks, or in which the lines of styxy were taken apart.',
    ],
    remedies: [
      { what: 'See what would be written.', command: 'styxy autostart install --dry-run' },
      { what: 'Move your changes into a file beside it.', command: 'systemctl --user edit styxy.service' },
      { what: 'Move the file away, and try again.', command: 'styxy autostart install' },
      { what: 'Write variables to a file that git ignores.', command: 'styxy env --dotenv .env.local' },
    ],
    example: {
      detail:
        '/home/ann/.config/systemd/user/styxy.service was changed by hand since it was written, and is left as it is',
      fields: { path: '/home/ann/.config/systemd/user/styxy.service', state: 'edited' },
    },
    related: ['AUTOSTART_UNAVAILABLE'],
  },
} as const satisfies Explanations;
