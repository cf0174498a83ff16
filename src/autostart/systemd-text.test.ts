import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { factsFor } from '../../test/fixtures/autostart-facts.ts';
import {
  assignment,
  checkUnit,
  commandLine,
  commandWord,
  daemonUnit,
  plainPath,
  socketUnit,
  timerUnit,
} from './systemd-text.ts';

/** Sections and their assignments, in order; comments are left out. */
function settings(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe('words of a unit', () => {
  for (const [word, written] of [
    ['plain', '"plain"'],
    ['two words', '"two words"'],
    ['100%', '"100%%"'],
    ['$HOME', '"$$HOME"'],
    ['say "no"', '"say \\"no\\""'],
    ['back\\slash', '"back\\\\slash"'],
    ["it's", '"it\'s"'],
    ['two\nlines', '"two\\x0alines"'],
    ['', '""'],
    [';', '";"'],
  ] as const)
    it(`are written so that systemd reads ${JSON.stringify(word)}`, () =>
      assert.equal(commandWord(word), written));

  it('leave a dollar alone in an assignment, where it means nothing', () => {
    assert.equal(assignment('STYXY_HOME', '/home/$me/50% "x"'), '"STYXY_HOME=/home/$me/50%% \\"x\\""');
  });

  it('are plain where a path is the whole value', () => {
    assert.equal(plainPath('/home/a b/50%/"x"'), '/home/a b/50%%/"x"');
  });

  it('have a shell become a program whose path systemd refuses', () => {
    assert.equal(commandLine(['/usr/bin/node', 'x y']), '"/usr/bin/node" "x y"');
    assert.equal(
      commandLine(['/opt/"n"/node', 'x']),
      '"/bin/sh" "-c" "exec \\"$$0\\" \\"$$@\\"" "/opt/\\"n\\"/node" "x"',
    );
  });
});

describe('the units', () => {
  it('of the daemon: ready by its own word, watched, started again without limit', () => {
    assert.deepEqual(settings(daemonUnit(factsFor())), [
      '[Unit]',
      'Description=Styxy, the daemon of /home/me/.styxy',
      'Documentation=https://github.com/styxy/styxy/blob/main/docs/autostart.md',
      'Requires=styxy.socket',
      'After=styxy.socket',
      'StartLimitIntervalSec=0',
      'ConditionPathExists=/home/me/node',
      'ConditionPathExists=/home/me/dist/styxy.cjs',
      '[Service]',
      'Type=notify',
      'NotifyAccess=all',
      'WatchdogSec=60',
      'WatchdogSignal=SIGKILL',
      'ExecStart="/home/me/node" "--max-semi-space-size=4" "/home/me/dist/daemon.cjs" "--take-over"',
      'Environment="STYXY_HOME=/home/me/.styxy"',
      'Environment="STYXY_API_PORT=9900"',
      'UnsetEnvironment=NODE_OPTIONS NODE_PATH',
      'UMask=0077',
      'Restart=always',
      'RestartSec=500ms',
      'RestartPreventExitStatus=1 2',
      'TimeoutStartSec=5min',
      'TimeoutStopSec=15',
      'NoNewPrivileges=yes',
      '[Install]',
      'WantedBy=default.target',
    ]);
  });

  it('of a daemon that cannot tell how it is, or whose path is too long for a socket, say less', () => {
    const text = settings(daemonUnit(factsFor({ hasNotify: false, hasSocket: false })));
    assert.ok(text.includes('Type=exec') && text.includes('RestartSec=5s'));
    assert.deepEqual(
      text.filter((line) => /^(?:Watchdog|NotifyAccess|Requires|After)/.test(line)),
      [],
    );
  });

  it('of the socket: for its owner alone', () => {
    assert.deepEqual(settings(socketUnit(factsFor())).slice(3), [
      '[Socket]',
      'ListenStream=/home/me/.styxy/styxy.sock',
      'SocketMode=0600',
      'DirectoryMode=0700',
      'Backlog=1024',
      'RemoveOnStop=yes',
      '[Install]',
      'WantedBy=sockets.target',
    ]);
  });

  it('of the look every five minutes: once each time, and what it starts outlives it', () => {
    const service = settings(checkUnit(factsFor()));
    assert.ok(service.includes('Type=oneshot') && service.includes('KillMode=process'));
    assert.ok(
      service.includes('StandardOutput=null') && !service.some((line) => line.startsWith('StandardError')),
    );
    assert.ok(service.includes('ExecStart="/home/me/node" "/home/me/dist/styxy.cjs" "autostart" "check"'));
    assert.deepEqual(settings(timerUnit(factsFor())).slice(3), [
      '[Timer]',
      'OnActiveSec=5min',
      'OnUnitInactiveSec=5min',
      'AccuracySec=30s',
      '[Install]',
      'WantedBy=timers.target',
    ]);
  });
});
