import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { DOCTOR_AGENT_CASES } from '../../test/fixtures/doctor-agent-cases.ts';
import { DOCTOR_CASES, type DoctorCase } from '../../test/fixtures/doctor-cases.ts';
import { DOCTOR_FILE_CASES, leaveDaemonInfo, leaveSocket } from '../../test/fixtures/doctor-file-cases.ts';
import { answering, calmScene } from '../../test/fixtures/doctor-scene.ts';
import { readDaemonInfo } from '../client/running-daemon.ts';
import { type Home, homeAt } from '../home.ts';
import { type Check, ok, trouble } from './check.ts';
import { CHECKS } from './checks.ts';
import { examine } from './examine.ts';
import type { Scene } from './scene.ts';

const PATIENCE = { isFix: false, timeoutMs: 20_000 };

let root: string;
let home: Home;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'styxy-doctor-test-')));
  home = homeAt(join(root, 'home'));
  mkdirSync(home.dir, { mode: 0o700 });
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function checkOf(id: string): Check {
  const found = CHECKS.find((check) => check.id === id);
  assert.ok(found !== undefined, id);
  return found;
}

async function examineOne(check: Check, scene: Scene, isFix = false) {
  const [result] = await examine([check], () => scene, { ...PATIENCE, isFix });
  assert.ok(result !== undefined);
  return result;
}

describe('the checks', () => {
  for (const [id, { well, ill }] of Object.entries({
    ...DOCTOR_CASES,
    ...DOCTOR_FILE_CASES,
    ...DOCTOR_AGENT_CASES,
  })) {
    for (const { name, state, says, arrange } of [...well, ...ill] satisfies DoctorCase[]) {
      it(`${id}: ${state} ${name}`, async () => {
        const changes = (await arrange?.(home)) ?? {};
        const { found, ...result } = await examineOne(checkOf(id), calmScene(home.dir, changes));
        assert.match(found, says);
        assert.equal(result.state, state);
        assert.ok(!found.endsWith('.'));
        if (state === 'trouble') assert.match(result.remedy ?? '', /[.]$/);
      });
    }
  }
});

describe('--fix', () => {
  const fix = (id: string, changes: Partial<Scene> = {}) =>
    examineOne(checkOf(id), calmScene(home.dir, changes), true);

  it('closes the home to others, once', async () => {
    const { arrange } = DOCTOR_FILE_CASES.home?.ill[0] ?? {};
    await arrange?.(home);
    const [first, second] = [await fixed('home'), await fixed('home')];
    assert.deepEqual([first, second], ['set its mode to 0700', null]);
    assert.equal(statSync(home.dir).mode & 0o777, 0o700);
  });

  it('closes files to others, once, and says that the token may be known', async () => {
    const { arrange } = DOCTOR_FILE_CASES['home-files']?.ill[0] ?? {};
    await arrange?.(home);
    assert.match((await fixed('home-files')) ?? '', /^closed auth\.token, logs to others; replace the token/);
    assert.equal(await fixed('home-files'), null);
    assert.deepEqual(
      [home.token, home.logs].map((path) => statSync(path).mode & 0o777),
      [0o600, 0o700],
    );
  });

  it('makes a token where there is none, once', async () => {
    assert.match((await fixed('token')) ?? '', /^made a token/);
    const made = readFileSync(home.token, 'utf8');
    assert.equal(await fixed('token'), null);
    assert.equal(readFileSync(home.token, 'utf8'), made);
  });

  it('has a daemon that runs make the token, which it alone knows', async () => {
    const asked: string[] = [];
    const ask = async <T>(method: string, path: string): Promise<T> => {
      asked.push(`${method} ${path}`);
      return undefined as T;
    };
    const { fixed: done } = await fix('token', { ...answering(), ask });
    assert.equal(done, 'had the daemon make a new token');
    assert.deepEqual(asked, ['POST /token/rotate']);
    assert.ok(!existsSync(home.token));
  });

  it('removes what a dead daemon left, once', async () => {
    await leaveSocket(home);
    leaveDaemonInfo(home);
    const see = () => ({
      daemon: async () => ({ kind: 'none', info: readDaemonInfo(home), isAwaited: false }) as const,
    });
    const result = await fix('leftovers', see());
    assert.deepEqual([result.state, result.fixed], ['ok', 'removed styxy.sock and daemon.json']);
    assert.equal((await fix('leftovers', see())).fixed, null);
  });

  it('leaves a socket on which a daemon has begun to listen meanwhile', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(home.socket, resolve));
    try {
      assert.equal((await fix('leftovers')).fixed, 'a daemon has started meanwhile');
      assert.ok(statSync(home.socket).isSocket());
    } finally {
      server.close();
    }
  });

  it('leaves a daemon.json that is a living daemon’s by now', async () => {
    leaveDaemonInfo(home);
    const info = readDaemonInfo(home);
    writeFileSync(home.daemonInfo, JSON.stringify({ pid: process.pid }));
    await fix('leftovers', { daemon: async () => ({ kind: 'none', info, isAwaited: false }) });
    assert.equal(readDaemonInfo(home)?.pid, process.pid);
  });

  it('ends stale leases', async () => {
    let stale = [{ port: 3005 }, { port: 3004 }];
    const ask = async <T>(_method: string, _path: string, body?: unknown): Promise<T> => {
      const isDry = (body as { dry_run?: boolean }).dry_run === true;
      const answer = { cleaned: stale, kept: 0, orphans: [] };
      if (!isDry) stale = [];
      return answer as T;
    };
    const result = await fix('stale-leases', { ...answering(), ask });
    assert.deepEqual([result.state, result.fixed], ['ok', 'ended the leases of ports 3004, 3005']);
  });

  it('does nothing unless asked', async () => {
    await leaveSocket(home);
    await examine(CHECKS, () => calmScene(home.dir), PATIENCE);
    assert.ok(statSync(home.socket).isSocket());
    assert.ok(!existsSync(home.token));
  });

  async function fixed(id: string): Promise<string | null> {
    return (await fix(id)).fixed;
  }
});

describe('examine', () => {
  const check = (id: string, run: () => Promise<ReturnType<typeof ok>>, more: Partial<Check> = {}) =>
    ({ id, title: id, why: 'It matters.', fixes: null, needs: 'nothing', run, ...more }) as Check;

  it('goes on where a check fails or never ends', async () => {
    const results = await examine(
      [
        check('throws', () => Promise.reject(new Error('a bug'))),
        check('hangs', () => new Promise(() => {})),
        check('works', async () => ok('fine')),
      ],
      () => calmScene(home.dir),
      { isFix: false, timeoutMs: 50 },
    );
    assert.deepEqual(
      results.map(({ state, found }) => `${state}: ${found}`),
      [
        'trouble: could not be looked at: a bug',
        'trouble: could not be looked at: no answer within 0.05 s',
        'ok: fine',
      ],
    );
  });

  it('says why something could not be mended', async () => {
    const broken = check('broken', async () => trouble('open', 'Close it.', true), {
      fix: () => Promise.reject(new Error('EROFS')),
    });
    const { state, found, fixed } = await examineOne(broken, calmScene(home.dir), true);
    assert.deepEqual([state, found, fixed], ['trouble', 'open; it could not be mended: EROFS', null]);
  });

  it('looks at everything again after something was mended', async () => {
    let isMended = false;
    const finding = async () => (isMended ? ok('closed') : trouble('open', 'Close it.'));
    const results = await examine(
      [
        check('follows', finding),
        check('leads', async () => ({ ...(await finding()), canFix: !isMended }), {
          fix: async () => {
            isMended = true;
            return 'closed it';
          },
        }),
      ],
      () => calmScene(home.dir),
      { ...PATIENCE, isFix: true },
    );
    assert.deepEqual(
      results.map(({ state, fixed }) => [state, fixed]),
      [
        ['ok', null],
        ['ok', 'closed it'],
      ],
    );
  });

  it('reads nothing in a home that is not one’s own', async () => {
    const scene = calmScene(home.dir, { homeSight: async () => ({ kind: 'foreign', uid: 4711 }) });
    const results = await examine(CHECKS, () => scene, PATIENCE);
    const skipped = results.filter(({ found }) => found === 'the home cannot be used');
    assert.equal(skipped.length, CHECKS.filter(({ needs }) => needs !== 'nothing').length);
  });
});
