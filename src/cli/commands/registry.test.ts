import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Command } from '../command.ts';
import { commandHelp, overview } from '../help.ts';
import { COMMON_OPTIONS } from '../parse.ts';
import { COMMANDS } from '../registry.ts';

function withSubcommands(commands: readonly Command[], path: readonly string[] = []): [string[], Command][] {
  return commands.flatMap((command) => {
    const here = [...path, command.name];
    return [[here, command] as [string[], Command], ...withSubcommands(command.subcommands ?? [], here)];
  });
}

const all = withSubcommands(COMMANDS);

describe('every command', () => {
  for (const [path, command] of all) {
    const name = path.join(' ');
    it(`${name} says what it does, how it is used, and gives an example`, () => {
      assert.match(command.summary, /^[A-Z].*[^.]$/);
      assert.ok(command.usage.length > 0 && command.examples.length > 0);
      for (const usage of command.usage) assert.ok(usage.startsWith(name), usage);
      for (const { line, description } of command.examples) {
        assert.match(line, new RegExp(`styxy (?:${name}|${path[0]})\\b`));
        assert.notEqual(description, '');
      }
      const help = commandHelp(command, path);
      assert.ok(help.includes(command.summary) && help.includes('Examples') && help.includes('--json'));
    });

    it(`${name} has options that do not get into each other's way`, () => {
      const specs = Object.entries({ ...command.options, ...COMMON_OPTIONS });
      const letters = specs.flatMap(([, { short }]) => (short === undefined ? [] : [short]));
      assert.equal(new Set(letters).size, letters.length);
      assert.ok(letters.every((letter) => /^[a-zA-Z]$/.test(letter)));
      for (const common of Object.keys(COMMON_OPTIONS)) assert.equal(command.options?.[common], undefined);
      for (const [option, { description }] of specs) {
        assert.match(option, /^[a-z][a-z-]+$/);
        assert.notEqual(description, '');
      }
    });
  }

  it('has a name of its own', () => {
    const names = COMMANDS.flatMap(({ name, aliases }) => [name, ...(aliases ?? [])]);
    assert.equal(new Set(names).size, names.length);
  });

  it('is in the overview', () => {
    const text = overview(COMMANDS, COMMON_OPTIONS);
    for (const { name, summary } of COMMANDS) assert.ok(text.includes(name) && text.includes(summary), name);
  });
});
