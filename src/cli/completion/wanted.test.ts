import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Command } from '../command.ts';
import { COMMANDS } from '../registry.ts';
import { valueKindOf, wantedAt } from './wanted.ts';

/** What is offered for the last word: the values, or what is to be looked up. */
function offered(line: string): string {
  const { candidates, kind, prefix } = wantedAt(COMMANDS, line.split(' '));
  const values = candidates.map(({ value }) => value);
  return [...values, ...(kind === null ? [] : [`<${prefix}${kind}>`])].join(' ');
}

describe('what can stand at the cursor', () => {
  it('is a command at first, and a subcommand after one that has them', () => {
    assert.deepEqual(
      offered('').split(' '),
      COMMANDS.map(({ name }) => name),
    );
    assert.equal(offered('daemon '), 'start stop restart status run logs');
    assert.match(offered('config auto-allocation '), /^status .*undo/);
  });

  for (const [line, kind] of [
    ['allocate -s ', '<types>'],
    ['allocate -s dev --project ', '<projects>'],
    ['alloc --service ', '<types>'],
    ['allocate --service=', '<--service=types>'],
    ['allocate -qs ', '<types>'],
    ['release ', '<leases>'],
    ['release abc ', '<leases>'],
    ['release --port ', '<ports>'],
    ['check ', '<ports>'],
    ['wait ', '<names-and-ports>'],
    ['instances retire ', '<instances>'],
    ['instances register --template ', '<templates>'],
    ['config auto-allocation undo ', '<types>'],
    ['config validate ', '<files>'],
    ['explain ', '<codes>'],
    ['completion ', '<shells>'],
    ['run --lock ', '<leases>'],
    ['run -- ', '<programs>'],
    ['run -s dev -- vite ', '<programs>'],
    ['run vite ', '<programs>'],
    ['run ', '<programs>'],
    ['', ''],
  ] as const)
    it(`is a value that only the machine knows: ${line}`, () =>
      kind === '' ? assert.notEqual(offered(line), '') : assert.equal(offered(line), kind));

  it('is nothing where nobody can know it, or nothing more is taken', () => {
    for (const line of ['allocate --ttl ', 'check 3000 ', 'explain STORE_FULL ', 'scan --start '])
      assert.equal(offered(line), '');
  });

  it('is an option after a dash, with those of every command', () => {
    assert.match(offered('allocate -'), /--service .*--json --help$/);
    assert.match(offered('daemon start --'), /^--host --dangerously-listen/);
    assert.equal(offered('-'), '--json --help');
  });

  it('is nothing of ours behind the words of another program', () => {
    assert.equal(offered('run -- styxy al'), '<programs>');
  });
});

describe('every value of an option or argument', () => {
  /** Of these, nothing can be known. */
  const FREE = ['N', 'PID', 'SECONDS', 'START', 'END', 'S', 'ADDR', 'LINES', 'TIME', 'COMMAND'];

  function values(commands: readonly Command[]): (readonly [string, string])[] {
    return commands.flatMap((command) => [
      ...Object.entries(command.options ?? {}).flatMap(([name, { kind, value = '' }]) =>
        kind === 'flag' ? [] : [[name, value] as const],
      ),
      ...(command.arguments ?? []).map(({ name }) => ['', name] as const),
      ...values(command.subcommands ?? []),
    ]);
  }

  it('is completed, or known to be free', () => {
    const unknown = values(COMMANDS).filter(
      ([option, placeholder]) => valueKindOf(option, placeholder) === null && !FREE.includes(placeholder),
    );
    assert.deepEqual(unknown, []);
  });
});
