// Proves how a daemon comes into the world: alone, with nothing of whoever needed it, and where there is one, by the service manager.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { openPlace, type Place, PROGRAM, runProgram } from './cli-harness.ts';

const skip = process.platform === 'linux' ? false : '/proc is a matter of Linux';
const SYSTEMD = '/usr/lib/systemd/systemd';

let place: Place;
beforeEach(() => {
  place = openPlace();
});
afterEach(() => place.close());

const daemonPid = (): number =>
  (JSON.parse(readFileSync(join(place.home, 'daemon.json'), 'utf8')) as { pid: number }).pid;
const environmentOf = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/environ`, 'utf8')
    .split('\0')
    .filter(Boolean)
    .map((entry) => entry.split('=')[0] ?? '')
    .toSorted();

/** Of what the starter has, this is the daemon's business, and none of the rest. */
const STARTER = {
  LANG: 'C.UTF-8',
  STYXY_INSTANCE: 'agent',
  STYXY_AUTOSTART: '1',
  NODE_OPTIONS: '--max-old-space-size=512',
  PORT: '3000',
  LISTEN_FDS: '1',
  LISTEN_PID: '1',
  API_KEY: 'secret',
  npm_config_registry: 'x',
};
const KEPT = ['HOME', 'LANG', 'PATH', 'STYXY_API_PORT', 'STYXY_HOME'];

describe('runs that need a daemon at the same moment', () => {
  it('get a lease each, with the run as its holder, while the daemon is being born', async () => {
    // Longer than all of them take to start, so that no port is free again for the next one.
    const script = 'echo $PORT; sleep 3';
    const runs = await Promise.all(
      Array.from({ length: 6 }, () => place.styxy(['run', '-n', 'web', '--', 'sh', '-c', script])),
    );
    const ports = runs.map(({ stdout }) => stdout.trim());
    assert.ok(
      ports.every((port) => /^\d+$/.test(port)),
      runs.map(({ stderr }) => stderr).join(''),
    );
    assert.equal(new Set(ports).size, runs.length, ports.join(' '));
    const { stdout } = await place.styxy(['audit', '--event', 'granted', '--json']);
    const holders = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { lease: { pid: number | null } }).lease.pid);
    assert.equal(holders.length, runs.length);
    assert.ok(!holders.includes(null), stdout);
  });
});

describe('a daemon that a command starts', { skip }, () => {
  it('is in a session of its own, in no directory of anybody, and has nothing of its starter', async () => {
    await place.styxy(['daemon', 'start'], { env: STARTER });
    const pid = daemonPid();
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [, , group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    assert.deepEqual([group, session], [String(pid), String(pid)]);
    assert.equal(readlinkSync(`/proc/${pid}/cwd`), '/');
    assert.match(readFileSync(`/proc/${pid}/status`, 'latin1'), /^Umask:\s*0077$/m);
    const streams = [0, 1, 2].map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
    const output = join(place.home, 'logs', 'daemon-output.log');
    assert.deepEqual(streams, ['/dev/null', output, output]);
    assert.deepEqual(environmentOf(pid), KEPT);
  });

  it('says little, and what it says is cut off', async () => {
    mkdirSync(join(place.home, 'logs'), { recursive: true, mode: 0o700 });
    const output = join(place.home, 'logs', 'daemon-output.log');
    writeFileSync(output, 'x'.repeat(300 * 1024), { mode: 0o600 });
    await place.styxy(['daemon', 'start']);
    assert.equal(readFileSync(output, 'utf8'), '');
  });

  it('is started all the same where a service manager seems to be and is not', async () => {
    const runtime = place.directory('run');
    mkdirSync(join(runtime, 'systemd'));
    const server = createServer().listen(join(runtime, 'systemd', 'private'));
    try {
      const started = await place.styxy(['daemon', 'start'], { env: { XDG_RUNTIME_DIR: runtime } });
      assert.equal(started.status, 0, started.stderr);
      assert.deepEqual(environmentOf(daemonPid()), [
        ...KEPT.filter((name) => name !== 'LANG'),
        'XDG_RUNTIME_DIR',
      ]);
    } finally {
      server.close();
    }
  });
});

/** Why no service manager of one's own can be run here, or false. */
function missingManager(): string | false {
  if (process.geteuid?.() !== 0) return 'only root can mount the directories of a service manager';
  for (const program of [SYSTEMD, '/usr/bin/systemd-run', '/usr/bin/dbus-daemon'])
    if (!existsSync(program)) return `${program} is missing`;
  return spawnSync('unshare', ['-m', 'true']).status === 0 ? false : 'unshare -m is not permitted here';
}

/** A service manager in a mount namespace, the program started below it, what the system says of that, and the end of all. */
const UNDER_MANAGER = `
  mkdir -p /run/systemd && mount -t tmpfs tmpfs /run/systemd && mkdir /run/systemd/system || exit 90
  export DBUS_SESSION_BUS_ADDRESS="unix:path=$XDG_RUNTIME_DIR/bus"
  dbus-daemon --session --address="$DBUS_SESSION_BUS_ADDRESS" --nofork --nopidfile 2>/dev/null & bus=$!
  ${SYSTEMD} --user >/dev/null 2>&1 & manager=$!
  for tick in $(seq 100); do [ -S "$XDG_RUNTIME_DIR/systemd/private" ] && break; sleep 0.1; done
  kill -0 $manager || { kill $bus; exit 90; }
  "$@" daemon start || echo "failed: $?"
  pid=$("$@" daemon status --json | sed -n 's/^ *"pid": \\([0-9]*\\),$/\\1/p')
  echo "unit $(cat /proc/$pid/cgroup)"
  echo "parent $(sed -n 's/^PPid:[^0-9]*//p' /proc/$pid/status) of $manager end"
  echo "umask $(sed -n 's/^Umask:[^0-9]*//p' /proc/$pid/status)"
  echo "cwd $(readlink /proc/$pid/cwd) output $(readlink /proc/$pid/fd/2)"
  echo "names $(tr '\\0' '\\n' < /proc/$pid/environ | sed 's/=.*//' | sort | tr '\\n' ' ')"
  "$@" daemon stop
  kill $manager $bus; wait
`;

describe('a daemon where the user has a service manager', { skip: skip || missingManager() }, () => {
  it('is a unit of that, and otherwise like any other', async (t) => {
    const runtime = place.directory('run');
    const { status, stdout, stderr } = await runProgram(
      'unshare',
      ['-m', 'sh', '-c', UNDER_MANAGER, 'sh', process.execPath, PROGRAM],
      {
        cwd: place.dir,
        env: { ...place.env, ...STARTER, STYXY_AUTOSTART: undefined, XDG_RUNTIME_DIR: runtime },
      },
    );
    if (status === 90) return t.skip('a service manager does not run here');
    assert.match(stdout, /^Started/m, stderr);
    assert.match(stdout, /^unit [\s\S]*styxy-daemon-\d+-\d+\.service/m);
    const [, parent, manager] = /^parent (\d+) of (\d+) end/m.exec(stdout) ?? [];
    assert.equal(parent, manager);
    assert.match(stdout, /^umask 0077$/m);
    assert.match(stdout, new RegExp(`^cwd / output ${join(place.home, 'logs', 'daemon-output.log')}$`, 'm'));
    assert.match(stdout, new RegExp(`^names ${[...KEPT, 'XDG_RUNTIME_DIR'].join(' ')} $`, 'm'));
  });
});
