import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { homeAt } from '../home.ts';
import { autostartPlace } from './autostart-place.ts';
import { findSupervisor, isInUnit, supervisorCommands } from './supervisor.ts';

const ENV = { HOME: '/home/me' };

function placeOf(platform: NodeJS.Platform, dir = '/home/me/.styxy', env: NodeJS.ProcessEnv = ENV) {
  return autostartPlace(homeAt(dir), env, platform);
}

describe('the place of an autostart', () => {
  it('has a plain name for the usual home, and one of its own for each other', () => {
    assert.equal(placeOf('linux')?.daemonFile, '/home/me/.config/systemd/user/styxy.service');
    const names = ['/a', '/b'].map((dir) => placeOf('linux', dir)?.daemon ?? '');
    for (const name of names) assert.match(name, /^styxy-[0-9a-f]{8}\.service$/);
    assert.notEqual(names[0], names[1]);
  });

  it('is where the configuration is', () => {
    const { folder } = placeOf('linux', '/a', { ...ENV, XDG_CONFIG_HOME: '/conf' }) ?? {};
    assert.equal(folder, '/conf/systemd/user');
    assert.match(
      placeOf('linux', '/a', { ...ENV, XDG_CONFIG_HOME: 'relative' })?.folder ?? '',
      /^\/home\/me\/\.config/,
    );
  });

  it('is an agent on macOS, a task on Windows, and none elsewhere', () => {
    assert.equal(placeOf('darwin')?.daemonFile, '/home/me/Library/LaunchAgents/io.github.styxy.plist');
    assert.match(placeOf('win32')?.daemon ?? '', /^Styxy-[0-9a-f]{8}$/);
    assert.equal(placeOf('freebsd'), null);
  });
});

describe('what the supervisor is asked', () => {
  const commandsOn = (platform: NodeJS.Platform) => {
    const place = placeOf(platform);
    assert.ok(place !== null);
    return supervisorCommands(place, 501);
  };

  it('by systemctl: the socket and the timer start and stop with the daemon', () => {
    assert.deepEqual(commandsOn('linux'), {
      start: [['start', 'styxy.socket', 'styxy-check.timer', 'styxy.service']],
      stop: [['stop', 'styxy.socket', 'styxy-check.timer', 'styxy-check.service', 'styxy.service']],
    });
  });

  it('by launchctl: loaded for the user, and unloaded, so that nothing keeps it alive', () => {
    assert.deepEqual(commandsOn('darwin'), {
      start: [
        ['bootstrap', 'gui/501', '/home/me/Library/LaunchAgents/io.github.styxy.check.plist'],
        ['bootstrap', 'gui/501', '/home/me/Library/LaunchAgents/io.github.styxy.plist'],
        ['kickstart', 'gui/501/io.github.styxy'],
      ],
      stop: [
        ['bootout', 'gui/501/io.github.styxy.check'],
        ['bootout', 'gui/501/io.github.styxy'],
      ],
    });
  });

  it('by schtasks: the task is kept from running', () => {
    const { start, stop } = commandsOn('win32');
    assert.deepEqual(
      [start.map(([verb]) => verb), stop.map((words) => words.at(-1))],
      [['/Change'], ['/DISABLE']],
    );
  });
});

describe('a supervisor', () => {
  it('is found for an installed autostart alone', () => {
    assert.equal(findSupervisor(homeAt('/nowhere/.styxy'), { HOME: '/nowhere' }), null);
  });

  it('has no process that it did not start', () => {
    assert.equal(isInUnit(process.pid, 'styxy.service'), false);
    assert.equal(isInUnit(2 ** 30, 'styxy.service'), false);
  });
});
