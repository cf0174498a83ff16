import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLauncher } from './launcher.ts';

function scriptAt(t: TestContext, text: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'styxy-launcher-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const path = join(dir, 'program');
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

function launcherOf(t: TestContext, text: string, options?: { timeoutMs?: number; idleMs?: number }) {
  const launcher = createLauncher(scriptAt(t, text), ['one', 'two words'], options);
  t.after(launcher.close);
  return launcher;
}

/** Waits until the process is gone, as far as the kernel knows. */
async function untilGone(pid: number): Promise<void> {
  for (;;) {
    try {
      // A zombie that nobody has reaped yet is gone as well.
      if (/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) return;
    } catch {
      return;
    }
    await sleep(5);
  }
}

const onLinux = { skip: process.platform !== 'linux' };

test('runs the program as often as it is asked, in one shell', onLinux, async (t) => {
  const launcher = launcherOf(t, 'printf "%s|%s|%s\\n" "$1" "$2" "$PPID"');
  const first = await launcher.run();
  assert.match(first ?? '', /^one\|two words\|\d+\n$/);
  assert.equal(await launcher.run(), first);
});

test('gives long output and names of any kind as they are', onLinux, async (t) => {
  const launcher = launcherOf(t, `i=0; while [ $i -lt 30000 ]; do echo "né \\\\0 12"; i=$((i + 1)); done`);
  const output = await launcher.run();
  assert.equal(output?.split('\n').length, 30_001);
  assert.equal(output, await launcher.run());
});

test('a program that prints nothing has printed nothing', onLinux, async (t) => {
  assert.equal(await launcherOf(t, 'exit 0').run(), '');
});

test('says null of a program that fails, and goes on', onLinux, async (t) => {
  const launcher = launcherOf(t, 'echo "half a table"; exit 3');
  assert.equal(await launcher.run(), null);
  assert.equal(await launcher.run(), null);
  assert.equal(await createLauncher('/nonexistent/ss', []).run(), null);
});

test('ends a program that hangs together with its shell, and starts another', onLinux, async (t) => {
  const path = scriptAt(t, 'echo "$$ $PPID" >"$0.pids"; exec sleep 1000');
  const launcher = createLauncher(path, [], { timeoutMs: 300 });
  t.after(launcher.close);
  for (let run = 0; run < 2; run++) {
    assert.equal(await launcher.run(), null);
    const pids = readFileSync(`${path}.pids`, 'utf8').trim().split(' ').map(Number);
    assert.equal(pids.length, 2);
    for (const pid of pids) await untilGone(pid);
  }
});

test('lets the shell go when there is nothing to do', onLinux, async (t) => {
  const launcher = launcherOf(t, 'echo $PPID', { idleMs: 1 });
  const first = Number(await launcher.run());
  await untilGone(first);
  assert.notEqual(Number(await launcher.run()), first);
});

test('the shell does not outlive us, however we end', onLinux, async (t) => {
  const path = scriptAt(t, 'echo $PPID');
  const module = JSON.stringify(new URL('launcher.ts', import.meta.url).href);
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `const { createLauncher } = await import(${module});
       console.log(await createLauncher(${JSON.stringify(path)}, []).run());
       setInterval(() => {}, 1000);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  t.after(() => child.kill('SIGKILL'));
  const [printed] = (await once(child.stdout, 'data')) as [Buffer];
  child.kill('SIGKILL');
  await untilGone(Number(String(printed)));
});
