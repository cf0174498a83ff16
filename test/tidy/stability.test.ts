// Owns the truth of the page on stability: what it names is all that there is, and is there.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EXITS } from '../../scripts/docs/cli-page.ts';
import { API_VERSION } from '../../src/api/api-version.ts';
import type { Command } from '../../src/cli/command.ts';
import { COMMANDS } from '../../src/cli/registry.ts';
import { ERRORS } from '../../src/errors.ts';
import { TOOLS } from '../../src/mcp/tools.ts';
import { read } from './tree.ts';

const PAGE = 'docs/stability.md';

/** The text below a heading, up to the next one. */
function section(title: string): string {
  return new RegExp(`^## ${title}\n([\\s\\S]*?)(?=^## |$(?![\\s\\S]))`, 'm').exec(read(PAGE))?.[1] ?? '';
}

function named(text: string): string[] {
  return [...text.matchAll(/`([a-z_]+)`/g)].map(([, name = '']) => name);
}

function exitsOf({ exits = {}, subcommands = [] }: Command): string[] {
  return [...Object.keys(exits), ...subcommands.flatMap(exitsOf)];
}

describe('the page on stability', () => {
  it('names every command, every tool, and nothing else', () => {
    const [tools = ''] = /^The tools of `mcp`:[^.]*/m.exec(section('Commands')) ?? [];
    const wanted = TOOLS.map(({ name }) => name).sort();
    assert.deepEqual(
      named(tools)
        .filter((name) => name !== 'mcp')
        .sort(),
      wanted,
    );
    const commands = new Set(named(section('Commands').replace(tools, '')));
    assert.deepEqual(
      [...commands].sort(),
      COMMANDS.map(({ name }) => name).sort(),
      `say of each command in ${PAGE} how stable it is`,
    );
  });

  it('names every exit status', () => {
    const first = [...section('Exit statuses').matchAll(/^\| ([\d, +N]+) \|/gm)].map(([, cell = '']) => cell);
    const told = new Set(first.flatMap((cell) => cell.match(/\d+/g) ?? []));
    const used = [
      ...EXITS.map(([status]) => status),
      ...COMMANDS.flatMap(exitsOf),
      ...Object.values(ERRORS).map(({ exit }) => String(exit)),
    ];
    assert.deepEqual([...told].sort(), [...new Set(used)].sort());
  });

  it('says which versions there are', () => {
    const { engines }: { engines: { node: string } } = JSON.parse(read('package.json'));
    assert.match(section('JSON'), new RegExp(`has \`api_version\`, which is ${API_VERSION}\\.`));
    assert.match(section('What it runs on'), new RegExp(`^Node from ${engines.node.slice(2)} on`, 'm'));
  });

  it('promises texts of commands that are there', () => {
    const [texts = ''] = /^Of texts for people[\s\S]*?\n\n/m.exec(section('What counts')) ?? [];
    const lines = [...texts.matchAll(/`([a-z]+)(?: ([a-z]+|--?[a-z]+))?`/g)];
    assert.ok(lines.length >= 5);
    for (const [line, name, more] of lines) {
      const command = COMMANDS.find((each) => each.name === name);
      const words = [
        ...(command?.subcommands ?? []).map((each) => each.name),
        ...Object.entries(command?.options ?? {}).flatMap(([long, { short }]) => [`--${long}`, `-${short}`]),
      ];
      assert.ok(command !== undefined && (more === undefined || words.includes(more)), line);
    }
  });
});
