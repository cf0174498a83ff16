// Owns the contract of the process table, checked with real processes.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { ProcessIdentity } from '../../src/core/process-identity.ts';
import type { ProcessTable, ProcessTree } from '../../src/os/os.ts';
import { createProcessTable } from '../../src/os/platform.ts';
import { createPosixProcessTable } from '../../src/os/posix-process-table.ts';

const onLinux = process.platform === 'linux';

const tables: readonly (readonly [string, ProcessTable & ProcessTree])[] = [
  [`the table of ${process.platform}`, createProcessTable()],
  ...(onLinux ? ([['the table by ps', createPosixProcessTable()]] as const) : []),
];

function shell(t: TestContext, script: string, options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
  const child = spawn('/bin/sh', ['-c', script], {
    ...options,
    // A group of its own, so that the whole tree can be ended with the test.
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
  });
  t.after(() => {
    try {
      process.kill(-pidOf(child), 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  });
  return child;
}

function pidOf(child: ChildProcess): number {
  assert.ok(child.pid !== undefined);
  return child.pid;
}

async function firstLine(child: ChildProcess): Promise<string> {
  assert.ok(child.stdout);
  return String((await once(child.stdout, 'data'))[0]).trim();
}

function identityOf(table: ProcessTable, pid: number): ProcessIdentity {
  const identity = table.identify(pid);
  assert.ok(identity, `process ${pid} is there`);
  return identity;
}

/** Waits for what must come; the test's own time limit ends the wait. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const options = { skip: process.platform === 'win32' && 'Windows has no table yet', timeout: 60_000 };

for (const [name, table] of tables) {
  describe(name, options, () => {
    test('knows this process and finds it alive', () => {
      const identity = identityOf(table, process.pid);
      assert.equal(identity.pid, process.pid);
      assert.equal(table.life(identity), 'alive');
    });

    test('a child that ended is dead', async (t) => {
      const child = shell(t, 'read line');
      const identity = identityOf(table, pidOf(child));
      assert.equal(table.life(identity), 'alive');
      child.stdin?.end();
      await once(child, 'exit');
      assert.equal(table.life(identity), 'dead');
      assert.equal(table.identify(pidOf(child)), null);
    });

    test('a zombie is dead, although signal 0 reaches it', async (t) => {
      // `sleep` takes the shell's place and never reaps the shell's child.
      const child = shell(t, 'cat <&3 >/dev/null & echo $!; exec sleep 600');
      const pid = Number(await firstLine(child));
      const identity = identityOf(table, pid);
      assert.equal(table.life(identity), 'alive');
      const lifeline = child.stdio[3];
      assert.ok(lifeline && 'end' in lifeline);
      lifeline.end();
      await until(() => table.life(identity) === 'dead');
      assert.ok(process.kill(pid, 0), 'it is not reaped');
      assert.equal(table.identify(pid), null);
    });

    test('another process on a recycled pid is not the same one', () => {
      const identity = identityOf(table, process.pid);
      assert.equal(table.life({ ...identity, startTicks: `1${identity.startTicks}` }), 'dead');
    });

    test('a stopped process lives', async (t) => {
      const child = shell(t, 'echo up; read line');
      await firstLine(child);
      child.kill('SIGSTOP');
      assert.equal(table.life(identityOf(table, pidOf(child))), 'alive');
    });

    test('a process of another pid namespace is unknown, not dead', () => {
      const identity = identityOf(table, process.pid);
      assert.equal(table.life({ ...identity, pidNamespace: '1' }), 'unknown');
    });

    test('there is no process of an impossible number', () => {
      for (const pid of [0, -1, 2 ** 22 + 1, 1.5, Number.NaN]) {
        assert.equal(table.identify(pid), null, String(pid));
      }
    });

    test('goes from a child up to the root', async (t) => {
      const child = shell(t, '(echo up; read line; true) <&0');
      await firstLine(child);
      const chain = table.ancestors(pidOf(child));
      assert.deepEqual(chain.slice(0, 2), [pidOf(child), process.pid]);
      assert.deepEqual(chain, [pidOf(child), ...table.ancestors(process.pid)]);
      assert.deepEqual(table.ancestors(2 ** 22 + 1), []);
    });

    test('finds the whole tree below a process, parents first', async (t) => {
      const child = shell(t, 'sh -c "sleep 600 & echo \\$\\$ \\$!; wait" & wait');
      const pids = (await firstLine(child)).split(' ').map(Number);
      const found = table.descendants(pidOf(child));
      assert.deepEqual(
        found.map((identity) => identity.pid),
        pids,
      );
      for (const identity of found) assert.equal(table.life(identity), 'alive');
    });
  });
}

describe('on Linux', { ...options, skip: !onLinux }, () => {
  const table = createProcessTable();

  test('an earlier boot has taken its processes with it', () => {
    assert.equal(table.life({ ...identityOf(table, process.pid), bootId: 'another' }), 'dead');
  });

  test('a process with a misleading name is read like any other', async (t) => {
    const child = shell(t, 'printf "%s" "a) R 1 (b" >/proc/$$/comm; echo up; read line');
    await firstLine(child);
    assert.equal(table.life(identityOf(table, pidOf(child))), 'alive');
    assert.equal(table.ancestors(pidOf(child))[1], process.pid);
  });

  test('knows a working directory while it exists', async (t) => {
    const directory = realpathSync(mkdtempSync(join(tmpdir(), 'styxy-os-')));
    t.after(() => rmSync(directory, { recursive: true, force: true }));
    const child = shell(t, 'echo up; read line', { cwd: directory });
    await firstLine(child);
    assert.equal(table.cwd(pidOf(child)), directory);
    rmSync(directory, { recursive: true });
    assert.equal(table.cwd(pidOf(child)), null);
    assert.equal(table.cwd(2 ** 22 + 1), null);
  });

  test('finds by their environment those whose parent is gone, and never the caller', async (t) => {
    const mark = randomUUID();
    process.env.STYXY_TEST_MARK = mark;
    const child = shell(t, 'sleep 600 >/dev/null & echo $!', {
      env: { ...process.env, STYXY_TEST_MARK: mark },
    });
    const exit = once(child, 'exit');
    const orphan = Number(await firstLine(child));
    await exit;
    await until(() => table.withEnvironment('STYXY_TEST_MARK', mark).length === 1);
    assert.deepEqual(
      table.withEnvironment('STYXY_TEST_MARK', mark).map((identity) => identity.pid),
      [orphan],
    );
    assert.deepEqual(table.withEnvironment('STYXY_TEST_MARK', mark.slice(0, -1)), []);
    assert.deepEqual(table.withEnvironment('TEST_MARK', mark), []);
  });
});
