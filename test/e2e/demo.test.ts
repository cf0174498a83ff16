// Owns the proof of `styxy demo`: what it shows is there, and nothing is left of it, however it ends.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { DemoReport } from '../../src/demo/demo.ts';
import { DEMO_SERVERS } from '../../src/demo/servers.ts';
import { hasCommand, until } from './run-fixture.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const missingGit = hasCommand('git') ? false : 'git is missing';

describe('styxy demo', { skip: missingGit }, () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(realpathSync(tmpdir()), 'styxy-demo-test-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** Starts the demo with a temporary directory that only it has, by which all its processes can be found. */
  function start(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const flags = ['--disable-warning=ExperimentalWarning'];
    const child = spawn(process.execPath, [...flags, MAIN, 'demo', ...args], {
      env: { ...process.env, TMPDIR: directory, STYXY_HOME: join(directory, 'nobody'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const text = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (more: string) => {
      text.out += more;
    });
    child.stderr.setEncoding('utf8').on('data', (more: string) => {
      text.err += more;
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    return { child, text, ended };
  }

  async function assertNothingIsLeft(): Promise<void> {
    assert.deepEqual(readdirSync(directory), []);
    assert.deepEqual(processesNaming(directory), []);
  }

  it('shows six servers on six ports, and leaves nothing', async () => {
    const { text, ended } = start(['--json']);
    assert.equal(await ended, 0, text.err);
    const report: DemoReport = JSON.parse(text.out);
    assert.equal(report.rows.length, 6);
    assert.equal(new Set(report.rows.map(({ port }) => port)).size, 6);
    for (const { service, checkout, pid, answer } of report.rows) {
      assert.ok(answer.startsWith(`${service} of ${checkout} (pid ${pid}, child of `), answer);
    }
    assert.notEqual(report.killed.next_lock_id, report.killed.ended_lock_id);
    await assertNothingIsLeft();
  });

  it('says the same to people', async () => {
    const { text, ended } = start([]);
    assert.equal(await ended, 0, text.err);
    assert.match(text.out, /CHECKOUT +SERVICE +PID +PORT +URL +ANSWER/);
    assert.match(
      text.out,
      /kill -9 \d+ \(web of fix-login\): its lease ended, and port \d+ was granted again/,
    );
    await assertNothingIsLeft();
  });

  it('leaves alone a wanted port that another program has, and says so', async () => {
    const [{ wantedPort } = assert.fail('the demo has no server')] = DEMO_SERVERS;
    const rival = await takePort(wantedPort);
    try {
      const { text, ended } = start(['--json']);
      assert.equal(await ended, 0, text.err);
      const report: DemoReport = JSON.parse(text.out);
      assert.ok(report.rows.every(({ port }) => port !== wantedPort));
      assert.match(report.notes.join(), new RegExp(`Port ${wantedPort} is taken on this machine by`));
    } finally {
      rival?.close();
    }
    await assertNothingIsLeft();
  });

  it('cleans up when it is interrupted', async () => {
    const { child, text, ended } = start([]);
    // As early as there is something to clean up, and as late as everything runs.
    await until('its directory', () => (readdirSync(directory).length > 0 ? true : null));
    await until('its servers', () => (servers(directory).length >= 1 ? true : null));
    child.kill('SIGINT');
    assert.equal(await ended, 130, text.err);
    await assertNothingIsLeft();
  });

  it('says what is missing where there is no git', async () => {
    const { text, ended } = start([], { PATH: directory });
    assert.equal(await ended, 1);
    assert.match(text.err, /git is not in the PATH/);
    await assertNothingIsLeft();
  });

  function servers(where: string): string[] {
    return processesNaming(where).filter((command) => /\b(web|api)\.mjs\b/.test(command));
  }
});

/** The command lines of processes that have `text` in their environment or command line; none where that is unknown. */
function processesNaming(text: string): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return `${command}\n${readFileSync(`/proc/${pid}/environ`, 'utf8')}`.includes(text)
          ? [command.replaceAll('\0', ' ')]
          : [];
      } catch {
        return [];
      }
    });
}

/**
 * Listens on a port, waiting for tests that have it for a moment; null where somebody has it for good, which is as
 * good as having it.
 */
async function takePort(port: number): Promise<Server | null> {
  for (let tries = 0; tries < 50; tries++) {
    const server = await listenOn(port);
    if (server !== null) return server;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return null;
}

function listenOn(port: number): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
