// Owns the test of a recycled pid: a real one, in a pid namespace where this test alone counts the pids.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('./os-processes-reuse-child.ts', import.meta.url));

/** Runs a program as the first process of a pid namespace; as an ordinary user, in a user namespace too. */
function inNamespace(...command: string[]): { status: number | null; output: string } {
  const flags = process.geteuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  // What the program leaves behind ends with its namespace.
  const namespace = [...flags, '--pid', '--fork', '--mount-proc', '--kill-child'];
  const child = spawnSync('unshare', [...namespace, ...command], { encoding: 'utf8', timeout: 60_000 });
  return { status: child.status, output: `${child.stdout ?? ''}${child.stderr ?? ''}${child.error ?? ''}` };
}

function whyImpossible(): string | false {
  if (process.platform !== 'linux') return 'needs pid namespaces, which Linux alone has';
  const probe = inNamespace('sh', '-c', 'echo 99 >/proc/sys/kernel/ns_last_pid');
  return probe.status === 0 ? false : `no pid can be chosen here: ${probe.output.trim()}`;
}

const skip = whyImpossible();

for (const [name, task] of [
  ['the heir of a pid is not the holder: the lease ends, and the heir is left alone', 'idle'],
  ['an heir that listens on the very port is a stranger there', 'listening'],
  ['a server outlives its holder as an orphan, whoever has the pid now', 'orphan'],
] as const) {
  test(name, { skip }, () => {
    const { status, output } = inNamespace(
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      CHILD,
      task,
    );
    assert.equal(status, 0, output);
    assert.match(output, /^done$/m, output);
  });
}
