// Proves `styxy list --watch` on a pipe and on a terminal: what it prints, what it waits for, and how it ends.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { AllocationsAnswer } from '../../src/api/schemas.ts';
import { startDaemon } from './daemon-fixture.ts';
import { freeRange } from './port-range.ts';
import { hasCommand, MAIN, RunFixture, STYXY, type Started, TYPE, until } from './run-fixture.ts';

const NODE = process.execPath;
let fixture: RunFixture;
before(async () => {
  const config = { service_types: { [TYPE]: { range: freeRange('watching', 10) } } };
  fixture = new RunFixture(await startDaemon({ config }));
});
after(() => fixture.stop());

function watch(...args: string[]): Started {
  return fixture.start(NODE, [...STYXY, 'list', '--watch', '--project', fixture.project, ...args]);
}

const release = (lockId: string): Promise<unknown> =>
  fixture.daemon.request('DELETE', `/allocate/${lockId}?force=true`);

describe('styxy list --watch', () => {
  it('prints a document a line for each change, and ends with the signal', async () => {
    const run = watch('--json');
    const documents = (): AllocationsAnswer[] =>
      run
        .out()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line));
    const names = (): (string | null)[][] =>
      documents().map(({ allocations }) => allocations.map(({ service_name: name }) => name));
    const count = (lines: number) =>
      until(`line ${lines}`, () => (documents().length >= lines ? true : null));
    await count(1);
    const { lock_id: id } = await fixture.allocate({ service_name: 'watched' });
    await count(2);
    await release(id);
    await count(3);
    run.child.kill('SIGINT');
    assert.equal(await run.ended, 0, run.err());
    assert.deepEqual(names(), [[], ['watched'], []]);
  });

  it('prints tables for people, and waits for the next daemon without starting one', async () => {
    const run = watch();
    await run.printed(/No lease matches/);
    await fixture.daemon.end();
    await until('the word of it', () => (/No daemon answers/.test(run.err()) ? true : null));
    await fixture.daemon.restart();
    const { port, lock_id: id } = await fixture.allocate({ service_name: 'later' });
    await run.printed(new RegExp(`${port} +later`));
    await release(id);
    run.child.kill('SIGTERM');
    assert.equal(await run.ended, 0, run.err());
    assert.equal(run.err().match(/No daemon answers/g)?.length, 1);
    assert.ok(!run.out().includes('\u001b'), 'a pipe has no cursor');
  });

  const missing = hasCommand('python3') ? false : 'python3 is missing';
  it('draws anew on a terminal, and gives it back at ctrl-C', { skip: missing }, async () => {
    const words = [NODE, ...STYXY.slice(0, -1), 'main', 'list', '--watch', '--project', fixture.project];
    const terminal = fixture.start('python3', ['-c', TERMINAL, JSON.stringify(words), MAIN]);
    await until('the first screen', () => (/No lease matches/.test(terminal.out()) ? true : null));
    const { lock_id: id } = await fixture.allocate({ service_name: 'drawn' });
    assert.equal(await terminal.ended, 0, terminal.out());
    const out = terminal.out();
    assert.ok(out.includes('\u001b[?1049h'), 'another screen');
    assert.match(out, /\u001b\[H.*No lease matches.*\u001b\[H.*drawn/s);
    assert.ok(out.trimEnd().endsWith('\u001b[?25h\u001b[?1049l'), 'and the former one again');
    await release(id);
  });
});

/** Runs a command on a terminal of its own, and presses ctrl-C when it shows the lease. */
const TERMINAL = `
import json, os, pty, sys
words = [sys.argv[2] if word == 'main' else word for word in json.loads(sys.argv[1])]
pid, terminal = pty.fork()
if pid == 0:
    os.execv(words[0], words)
seen, pressed = b'', False
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:
        break
    if not data:
        break
    seen += data
    os.write(1, data)
    if not pressed and b'drawn' in seen:
        pressed = True
        os.write(terminal, b'\\x03')
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status))
`;
