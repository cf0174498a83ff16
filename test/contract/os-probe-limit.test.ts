// Proves that a probe that gets no socket says nothing about the port: a free one must not be taken for a stranger's.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ERRORS } from '../../src/errors.ts';
import { EXPLANATIONS } from '../../src/explanations/all.ts';

const PROBE = fileURLToPath(new URL('../../src/os/port-probe.ts', import.meta.url));

/** Opens files until there is no more, and probes then. */
const CHILD = `
const { openSync } = await import('node:fs');
const { createPortProbe } = await import(process.argv[1]);
const probes = { now: createPortProbe(), soon: createPortProbe('linux', false) };
const [protocol, how] = process.argv.slice(2);
const probe = probes[how];
await probe.taken(protocol, [3000]);
try { for (;;) openSync('/dev/null', 'r'); } catch {}
try {
  process.stdout.write(JSON.stringify({ taken: await probe.taken(protocol, [3000]) }));
} catch ({ code, message }) {
  process.stdout.write(JSON.stringify({ code, message }));
}
process.exit(0);
`;

function probed(protocol: string, how: string): unknown {
  const node = [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    '--input-type=module',
    '-e',
    CHILD,
  ];
  const args = ['-c', 'ulimit -n 64; exec "$@"', 'sh', ...node, PROBE, protocol, how];
  return JSON.parse(execFileSync('sh', args, { encoding: 'utf8' }));
}

describe('a probe without descriptors', { skip: process.platform === 'win32' }, () => {
  for (const protocol of ['tcp', 'udp']) {
    for (const how of ['now', 'soon']) {
      it(`says so (${protocol}, ${how}), as its page does`, () => {
        const { detail } = EXPLANATIONS.SYSTEM_LIMIT.example;
        assert.deepEqual(probed(protocol, how), { code: 'SYSTEM_LIMIT', message: detail });
      });
    }
  }

  it('is to be tried again', () => assert.equal(ERRORS.SYSTEM_LIMIT.retriable, true));
});
