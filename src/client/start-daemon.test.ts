import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { homeAt } from '../home.ts';
import { connect } from './client.ts';
import { daemonEnvironment } from './daemon-entry.ts';
import type { Reached } from './find-daemon.ts';
import { readDaemonInfo } from './running-daemon.ts';
import { oneAtATime } from './start-daemon.ts';
import { stopDaemon } from './stop-daemon.ts';

const run = promisify(execFile);
const ENV = { PATH: process.env.PATH, STYXY_API_PORT: '0' };
let dir = '';

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'styxy-start-'));
});
afterEach(async () => {
  await stopDaemon(homeAt(dir), ENV);
  rmSync(dir, { recursive: true, force: true });
});

/** A client in a process of its own that says which daemon answered it. */
const CLIENT = `
  import { connect } from ${JSON.stringify(join(import.meta.dirname, 'client.ts'))};
  import { homeAt } from ${JSON.stringify(join(import.meta.dirname, '..', 'home.ts'))};
  const client = await connect({ home: homeAt(process.argv[1]), env: process.env });
  console.log((await client.request('GET', '/health')).body.pid);
`;

describe('many clients on a cold machine', () => {
  it('end with one daemon that answers them all', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () =>
        run(process.execPath, ['--input-type=module', '-e', CLIENT, dir], { env: ENV }),
      ),
    );
    const pids = new Set(answers.map(({ stdout }) => stdout.trim()));
    assert.deepEqual([...pids], [String(readDaemonInfo(homeAt(dir))?.pid)]);
    assert.equal(readdirSync(dir).includes('daemon.starting'), false);
  });
});

describe('a client that acts', () => {
  it('keeps its marker fresh, however long that takes', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const marker = join(dir, 'daemon.starting');
    const done = {} as Reached;
    const reached = await oneAtATime(
      homeAt(dir),
      async () => null,
      async () => {
        utimesSync(marker, 1, 1);
        t.mock.timers.tick(5_000);
        assert.ok(statSync(marker).mtimeMs > 1000);
        return done;
      },
    );
    assert.equal(reached, done);
    assert.equal(existsSync(marker), false);
  });
});

describe('a marker that was left behind', () => {
  for (const [what, pid, ageSeconds] of [
    ['by a process that is gone', 2 ** 22 + 1, 0],
    ['long ago', process.pid, 3600],
  ] as const) {
    it(`${what} keeps nobody from a start`, async () => {
      const marker = join(dir, 'daemon.starting');
      writeFileSync(marker, String(pid));
      const then = Date.now() / 1000 - ageSeconds;
      utimesSync(marker, then, then);
      const client = await connect({ home: homeAt(dir), env: ENV });
      assert.equal((await client.request('GET', '/health')).status, 200);
    });
  }
});

describe('a daemon that cannot start', () => {
  it('is reported in its own words', async () => {
    await assert.rejects(connect({ home: homeAt(dir), env: { ...ENV, STYXY_API_PORT: 'http' } }), {
      code: 'DAEMON_UNREACHABLE',
      message: /STYXY_API_PORT is "http"/,
      fields: { reason: 'INVALID_REQUEST' },
    });
  });
});

describe('the environment of a daemon', () => {
  it('holds what it needs and nothing of its starter', () => {
    const env = {
      PATH: '/bin',
      HOME: '/home/u',
      LC_ALL: 'C',
      XDG_RUNTIME_DIR: '/run/u',
      STYXY_LOG_LEVEL: 'debug',
      STYXY_HOME: 'elsewhere',
      STYXY_INSTANCE: 'agent-1',
      STYXY_LOCK_ID: 'x',
      STYXY_RUN_ID: 'r',
      STYXY_PORT_WEB: '3000',
      NODE_OPTIONS: '--inspect',
      PORT: '3000',
      LISTEN_FDS: '1',
      AWS_SECRET_ACCESS_KEY: 's',
    };
    assert.deepEqual(daemonEnvironment(env, '/h'), {
      PATH: '/bin',
      HOME: '/home/u',
      LC_ALL: 'C',
      XDG_RUNTIME_DIR: '/run/u',
      STYXY_LOG_LEVEL: 'debug',
      STYXY_HOME: '/h',
    });
  });
});
