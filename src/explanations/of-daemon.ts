// Owns the explanations of what goes wrong around the rules: daemon, store, home, configuration, system.

import type { Explanations } from './explanation.ts';

export const OF_DAEMON = {
  INTERNAL: {
    what: 'Something in Styxy is wrong, not in your project. The request was not carried out, and leases that were granted before are kept.',
    causes: ['A case that nobody thought of.'],
    remedies: [
      { what: 'Look at what the daemon says of it, and report it with that.', command: 'styxy daemon logs' },
      { what: 'Start the daemon anew; leases stay.', command: 'styxy daemon restart' },
    ],
    example: { detail: 'Something went wrong in the daemon; its log says what' },
    related: ['STORE_UNAVAILABLE', 'DAEMON_UNREACHABLE'],
  },
  STORE_UNAVAILABLE: {
    what: 'The change could not be made durable, so it was not made at all: nothing was granted and nothing was lost.',
    causes: [
      'The disk or its file system fails, or was mounted read-only.',
      'Files of STYXY_HOME were removed or moved while the daemon ran.',
      'The daemon is stopping; the next command starts another one.',
    ],
    remedies: [
      { what: 'Try again; the daemon goes on trying too.' },
      { what: 'Look at the reason.', command: 'styxy daemon logs' },
      { what: 'See whether the store can commit by now.', command: 'styxy status' },
    ],
    example: { detail: 'committing 2 changes: disk I/O error' },
    related: ['STORE_FULL', 'HOME_UNUSABLE'],
  },
  STORE_FULL: {
    what: 'The disk is full. The change could not be made durable, so it was not made at all; leases that were granted before are kept.',
    causes: ['The file system of STYXY_HOME has no room left, or the quota of its owner is used up.'],
    remedies: [
      { what: 'See how full it is.', command: 'df -h ~/.styxy' },
      { what: 'Free some space, and try again: the daemon goes on by itself.' },
    ],
    example: { detail: 'committing 1 change: database or disk is full' },
    related: ['STORE_UNAVAILABLE'],
  },
  SYSTEM_LIMIT: {
    what: 'The system gives the daemon no more sockets, so that no port could be tried. Nothing was granted and nothing was recorded: no port is held by anybody because of it.',
    causes: [
      'Very many connections to the daemon are open, more than its limit of open files leaves room for.',
      'The whole machine is out of open files or of memory for sockets.',
    ],
    remedies: [
      { what: 'See how many the daemon may have.', command: 'ulimit -n' },
      { what: 'Start it again from a shell in which the limit is higher.', command: 'styxy daemon restart' },
    ],
    example: {
      detail: 'port 3000 could not be tried: the system gives the daemon no more sockets (EMFILE)',
    },
    related: ['STORE_UNAVAILABLE', 'PORTS_UNREADABLE'],
  },
  PORTS_UNREADABLE: {
    what: 'Nothing on this machine could say who listens on which port. An empty list would be no answer, and a lease whose server may be there is not ended.',
    causes: [
      '`/proc` is hidden or not mounted, and neither `ss` nor `lsof` nor `netstat` is installed.',
      'A sandbox forbids the daemon to start these programs.',
    ],
    remedies: [
      { what: 'Install one of them.', command: 'apt-get install iproute2' },
      { what: 'Ask for one port, which needs none of them.', command: 'styxy check 3000' },
      {
        what: 'Release a lease of which you know that nobody uses it.',
        command: 'styxy release --port 3000 --force',
      },
    ],
    example: { detail: 'The table of listeners cannot be read on this machine' },
    related: ['PORT_UNAVAILABLE'],
  },
  CONFIG_NOT_WRITABLE: {
    what: 'config.json was to be changed and was left as it is. What holds already goes on, and automatic ranges count all the same.',
    causes: [
      'The file is read-only, or is managed by something else, such as a store of dotfiles.',
      'Another program writes it at this moment.',
      'It has mistakes, and Styxy does not write into what it does not understand.',
    ],
    remedies: [
      { what: 'See whether it has mistakes.', command: 'styxy config validate' },
      { what: 'Find the file, and make it writable.', command: 'chmod u+w "$(styxy config path)"' },
      { what: 'Or make the change where the file comes from; it is picked up within two seconds.' },
    ],
    example: {
      detail: '/home/ann/.styxy/config.json is read-only; make the change where the file comes from',
      fields: { reason: 'read-only' },
    },
    related: ['HOME_UNUSABLE'],
  },
  DAEMON_UNREACHABLE: {
    what: 'No daemon answers for this STYXY_HOME, and none could be started. Only the command line and the client report this.',
    causes: [
      'STYXY_AUTOSTART is 0, so that none is started.',
      'The daemon runs outside of this container or sandbox, where it cannot be reached.',
      'A daemon hangs, and which process it is cannot be proven from here.',
      'STYXY_HOME cannot be used; the message says why.',
    ],
    remedies: [
      { what: 'Start one, and read what is in its way.', command: 'styxy daemon start' },
      { what: 'See what the last one said.', command: 'styxy daemon logs' },
      { what: 'Run one in the foreground, where it says everything at once.', command: 'styxy daemon run' },
    ],
    example: {
      detail: 'No daemon runs for /home/ann/.styxy',
      hint: 'Start one with `styxy daemon start`.',
    },
    related: ['HOME_UNUSABLE', 'HOME_UNSAFE', 'ALREADY_RUNNING'],
  },
  ALREADY_RUNNING: {
    what: 'Another daemon serves this STYXY_HOME, and there is one for each, so this one did not start.',
    causes: [
      '`styxy daemon run` or a unit of the service manager starts a second one.',
      'A newer version runs, and an older one does not replace it.',
    ],
    remedies: [
      { what: 'Look at the one that runs.', command: 'styxy daemon status' },
      { what: 'Replace it: leases stay.', command: 'styxy daemon restart' },
      {
        what: 'For a second machine on this one, choose another home.',
        command: 'STYXY_HOME=~/.styxy-2 styxy status',
      },
    ],
    example: {
      detail: 'A daemon (pid 4121) serves /home/ann/.styxy',
      fields: { pid: 4121 },
    },
    related: ['DAEMON_UNREACHABLE'],
  },
  HOME_UNSAFE: {
    what: 'STYXY_HOME, or a file in it, could be read or changed by somebody else, so the daemon refuses to start with it.',
    causes: [
      'The token or the store is a symbolic link, has a second name, or its mode lets others in.',
      'The directory belongs to another user; root works in nobody else’s home.',
      'STYXY_HOME is a directory that others share, such as /tmp.',
    ],
    remedies: [
      { what: 'Close it to all but its owner.', command: 'chmod -R go-rwx ~/.styxy' },
      { what: 'Where the token could be read, replace it.', command: 'styxy token rotate' },
      { what: 'Or choose another home.', command: 'STYXY_HOME=~/.styxy-2 styxy status' },
    ],
    example: {
      detail: '/home/ann/.styxy/auth.token, which holds the token, can be accessed by others (mode 0644)',
      hint: "Close it with `chmod 600 '/home/ann/.styxy/auth.token'`, and replace it with `styxy token rotate`, as it may be known.",
      fields: { path: '/home/ann/.styxy/auth.token' },
    },
    related: ['HOME_UNUSABLE'],
  },
  HOME_UNUSABLE: {
    what: 'STYXY_HOME cannot hold what Styxy keeps there, so the daemon does not start with it.',
    causes: [
      'It cannot be created or written, is a file, or is no absolute path.',
      'It lies on a network or shared file system, where neither locks nor the log of the store hold.',
      'It is used by a daemon outside of this container or sandbox.',
    ],
    remedies: [
      {
        what: 'Choose a directory of yours on a local disk, in your shell’s start-up file too.',
        command: 'export STYXY_HOME="$HOME/.local/state/styxy"',
      },
      { what: 'See whether it works.', command: 'styxy daemon start' },
    ],
    example: {
      detail:
        '/mnt/team/styxy is on a network or shared file system (nfs), on which neither locks nor the write-ahead log hold',
      hint: 'Set STYXY_HOME to a directory on a local disk, one for each machine.',
      fields: { path: '/mnt/team/styxy' },
    },
    related: ['HOME_UNSAFE', 'STORE_FULL'],
  },
  STORE_NEWER: {
    what: 'The store was written by a newer Styxy, in a form that this one does not know. Nothing was touched.',
    causes: [
      'A project depends on an older version of Styxy than the one that is installed.',
      'A newer version was tried and taken away again.',
    ],
    remedies: [
      { what: 'Install the newest version.', command: 'npm install -g styxy@latest' },
      { what: 'See which version a command is.', command: 'styxy --version' },
      {
        what: 'To go on with the old one, give it a home of its own.',
        command: 'STYXY_HOME=~/.styxy-old styxy status',
      },
    ],
    example: {
      detail:
        'the store /home/ann/.styxy/state.db has schema version 4; this Styxy knows versions up to 3. Nothing was touched',
      fields: { path: '/home/ann/.styxy/state.db', store_version: 4, known_version: 3 },
    },
    related: ['STORE_UNAVAILABLE', 'ALREADY_RUNNING'],
  },
} as const satisfies Explanations;
