// Owns the text of the systemd user units: pure, with systemd's own rules of quoting.

import type { AutostartFacts } from './facts.ts';

/** After so long without a word of the daemon's it is ended and started anew, in seconds. */
const WATCHDOG_SECONDS = 60;

/**
 * One word of a command line as ExecStart= reads it (systemd.service(5), "Command lines"): in quotes, with what quotes, escapes,
 * specifiers and variables are made of doubled or escaped.
 */
export function commandWord(word: string): string {
  return quoted(word.replaceAll('$', '$$$$'));
}

/**
 * A command line for ExecStart=. A program whose path has a quote, a backslash or the like is refused by systemd, however it is
 * escaped; a shell then becomes it, with the same pid.
 */
export function commandLine([program, ...args]: readonly [string, ...string[]]): string {
  const words = /["'\\$\u0000-\u001f\u007f]/.test(program)
    ? ['/bin/sh', '-c', 'exec "$0" "$@"', program, ...args]
    : [program, ...args];
  return words.map(commandWord).join(' ');
}

/** An assignment as Environment= reads it (systemd.exec(5)). */
export function assignment(name: string, value: string): string {
  return quoted(`${name}=${value}`);
}

/** A path that is all of a value, such as that of ListenStream=: only specifiers are looked for. */
export function plainPath(path: string): string {
  return path.replaceAll('%', '%%');
}

function quoted(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('%', '%%')
    .replace(/[\u0000-\u001f\u007f]/g, (each) => `\\x${each.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `"${escaped}"`;
}

const DOCUMENTATION = 'Documentation=https://github.com/styxy/styxy/blob/main/docs/autostart.md';

export function daemonUnit(facts: AutostartFacts): string {
  const { place, hasNotify, hasSocket } = facts;
  const socket = hasSocket ? place.socket : null;
  return lines([
    '[Unit]',
    `Description=Styxy, the daemon of ${plainPath(facts.home.dir)}`,
    DOCUMENTATION,
    ...(socket === null ? [] : [`Requires=${socket}`, `After=${socket}`]),
    '# It may die as often as it likes: it is started again.',
    'StartLimitIntervalSec=0',
    ...conditions(facts),
    '',
    '[Service]',
    ...(hasNotify ? ['Type=notify', 'NotifyAccess=all', `WatchdogSec=${WATCHDOG_SECONDS}`] : ['Type=exec']),
    ...(hasNotify
      ? [
          '# One that hangs is not woken first: it would carry out what its clients have given up.',
          'WatchdogSignal=SIGKILL',
        ]
      : []),
    ...command(facts, facts.daemonWords),
    'Restart=always',
    // Whoever waits at the socket waits for this; without one, clients start a daemon themselves meanwhile.
    `RestartSec=${socket === null ? '5s' : '500ms'}`,
    '# 1: another daemon serves this home, or it is refused for a reason that stays. 2: wrong arguments.',
    'RestartPreventExitStatus=1 2',
    'TimeoutStartSec=5min',
    'TimeoutStopSec=15',
    'NoNewPrivileges=yes',
    '',
    '[Install]',
    'WantedBy=default.target',
  ]);
}

export function socketUnit(facts: AutostartFacts): string {
  return lines([
    '[Unit]',
    `Description=Styxy, the socket of ${plainPath(facts.home.dir)}`,
    DOCUMENTATION,
    '',
    '[Socket]',
    `ListenStream=${plainPath(facts.home.socket)}`,
    'SocketMode=0600',
    'DirectoryMode=0700',
    'Backlog=1024',
    'RemoveOnStop=yes',
    '',
    '[Install]',
    'WantedBy=sockets.target',
  ]);
}

export function checkUnit(facts: AutostartFacts): string {
  return lines([
    '[Unit]',
    `Description=Styxy, a look at the daemon of ${plainPath(facts.home.dir)}`,
    DOCUMENTATION,
    ...conditions(facts),
    '',
    '[Service]',
    'Type=oneshot',
    ...command(facts, facts.checkWords),
    'TimeoutStartSec=2min',
    '# All is well nearly always, which need not be in the journal; what is not goes there.',
    'StandardOutput=null',
    '# What it starts outlives it.',
    'KillMode=process',
    'NoNewPrivileges=yes',
  ]);
}

export function timerUnit(facts: AutostartFacts): string {
  return lines([
    '[Unit]',
    `Description=Styxy, every five minutes a look at the daemon of ${plainPath(facts.home.dir)}`,
    DOCUMENTATION,
    '',
    '[Timer]',
    'OnActiveSec=5min',
    'OnUnitInactiveSec=5min',
    'AccuracySec=30s',
    '',
    '[Install]',
    'WantedBy=timers.target',
  ]);
}

function command(facts: AutostartFacts, words: readonly [string, ...string[]]): string[] {
  return [
    `ExecStart=${commandLine(words)}`,
    ...Object.entries(facts.environment).map(([name, value]) => `Environment=${assignment(name, value)}`),
    '# The manager may have these from anybody.',
    'UnsetEnvironment=NODE_OPTIONS NODE_PATH',
    'UMask=0077',
  ];
}

/** Where the program was removed, nothing is tried in vain. */
function conditions({ needs }: AutostartFacts): string[] {
  return needs.map((path) => `ConditionPathExists=${plainPath(path)}`);
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
