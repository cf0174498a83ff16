// Owns the truth of the plug-in for Claude Code: its manifests are of the form that the agent's documentation has, and what they name is there.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import * as Type from 'typebox';
import { Value } from 'typebox/value';
import { COMMANDS } from '../../src/cli/registry.ts';
import { ERROR_CODES } from '../../src/errors.ts';
import { TOOLS } from '../../src/mcp/tools.ts';
import { ROOT, read, repositoryFiles } from './tree.ts';

const CLOSED = { additionalProperties: false } as const;
const text = (pattern = '^[^\\n]+$') => Type.String({ pattern });
const KEBAB = '^[a-z0-9]+(-[a-z0-9]+)*$';
const VERSION = '^\\d+\\.\\d+\\.\\d+(-[\\w.]+)?$';
const URL = '^https://';

/** https://code.claude.com/docs/en/plugins-reference */
const MANIFEST = Type.Object(
  {
    name: text(KEBAB),
    version: Type.Optional(text(VERSION)),
    description: Type.Optional(text()),
    author: Type.Optional(
      Type.Object({ name: text(), email: Type.Optional(text()), url: Type.Optional(text(URL)) }, CLOSED),
    ),
    homepage: Type.Optional(text(URL)),
    repository: Type.Optional(text(URL)),
    license: Type.Optional(text()),
    keywords: Type.Optional(Type.Array(text())),
    mcpServers: Type.Optional(
      Type.Record(
        text(),
        Type.Object(
          {
            command: text(),
            args: Type.Optional(Type.Array(text())),
            env: Type.Optional(Type.Record(text(), text())),
          },
          CLOSED,
        ),
      ),
    ),
  },
  CLOSED,
);

/** https://code.claude.com/docs/en/plugins/marketplace-reference */
const MARKETPLACE = Type.Object(
  {
    name: text(KEBAB),
    owner: Type.Object({ name: text(), email: Type.Optional(text()) }, CLOSED),
    metadata: Type.Optional(
      Type.Object({ description: Type.Optional(text()), version: Type.Optional(text(VERSION)) }, CLOSED),
    ),
    plugins: Type.Array(
      Type.Object(
        {
          name: text(KEBAB),
          source: Type.Union([
            text('^\\./'),
            Type.Object(
              { source: Type.Literal('npm'), package: text(), version: Type.Optional(text(VERSION)) },
              CLOSED,
            ),
            Type.Object({ source: Type.Literal('github'), repo: text('^[\\w.-]+/[\\w.-]+$') }, CLOSED),
          ]),
          description: Type.Optional(text()),
          version: Type.Optional(text(VERSION)),
          homepage: Type.Optional(text(URL)),
          license: Type.Optional(text()),
          category: Type.Optional(text(KEBAB)),
        },
        CLOSED,
      ),
      { minItems: 1 },
    ),
  },
  CLOSED,
);

/** https://code.claude.com/docs/en/hooks */
const EVENTS = [
  'SessionStart',
  'CwdChanged',
  'PreToolUse',
  'PostToolUse',
  'PostToolUseFailure',
  'WorktreeRemove',
  'SessionEnd',
] as const;
const GROUPS = Type.Array(
  Type.Object(
    {
      matcher: Type.Optional(text()),
      hooks: Type.Array(
        Type.Object(
          {
            type: Type.Literal('command'),
            command: text(),
            timeout: Type.Number({ exclusiveMinimum: 0, maximum: 60 }),
          },
          CLOSED,
        ),
        { minItems: 1 },
      ),
    },
    CLOSED,
  ),
  { minItems: 1 },
);
const HOOKS = Type.Object(
  {
    description: Type.Optional(text()),
    hooks: Type.Object(Object.fromEntries(EVENTS.map((event) => [event, GROUPS])), CLOSED),
  },
  CLOSED,
);

const FILES = [
  ['.claude-plugin/plugin.json', MANIFEST],
  ['.claude-plugin/marketplace.json', MARKETPLACE],
  ['hooks/hooks.json', HOOKS],
] as const;

describe('the plug-in for Claude Code', () => {
  for (const [path, schema] of FILES) {
    it(`has ${path} in the form that is documented`, () => {
      assert.deepEqual([...Value.Errors(schema, JSON.parse(read(path)))], []);
    });
  }

  it('is refused by these schemas where something is wrong', () => {
    const manifest = JSON.parse(read('.claude-plugin/plugin.json'));
    assert.equal(Value.Check(MANIFEST, { ...manifest, name: 'Two Words' }), false);
    assert.equal(Value.Check(MANIFEST, { ...manifest, hook: './hooks' }), false);
    assert.equal(Value.Check(HOOKS, { hooks: { PreToolUse: [] } }), false);
    assert.equal(Value.Check(MARKETPLACE, { name: 'a', plugins: [] }), false);
  });

  it('has the version and the name of the package', () => {
    const manifest = JSON.parse(read('package.json'));
    const plugin = JSON.parse(read('.claude-plugin/plugin.json'));
    const [offered] = JSON.parse(read('.claude-plugin/marketplace.json')).plugins;
    assert.deepEqual([plugin.name, plugin.version], [manifest.name, manifest.version]);
    assert.deepEqual([offered.name, offered.version], [plugin.name, plugin.version]);
    assert.deepEqual(offered.source, { source: 'npm', package: manifest.name, version: manifest.version });
  });

  it('lets the agent go on where the package is gone', () => {
    const { hooks } = JSON.parse(read('hooks/hooks.json')) as {
      hooks: Record<string, { hooks: { command: string }[] }[]>;
    };
    const commands = Object.values(hooks).flatMap((groups) => groups.flatMap((group) => group.hooks));
    assert.ok(commands.length > 0);
    const env = { PATH: process.env.PATH, CLAUDE_PLUGIN_ROOT: '/nonexistent' };
    for (const { command } of commands) {
      const { status, stdout } = spawnSync('sh', ['-c', command], { env, encoding: 'utf8' });
      assert.deepEqual([status, stdout], [0, ''], command);
    }
  });

  it('names nothing that the package does not hold', () => {
    const { files }: { files: readonly string[] } = JSON.parse(read('package.json'));
    const named = FILES.flatMap(([path]) => [
      ...read(path).matchAll(/\$\{CLAUDE_PLUGIN_ROOT\}\/([\w./-]+)/g),
    ]);
    assert.ok(named.length > EVENTS.length);
    for (const [, path = ''] of named) {
      assert.ok(files.includes(path.split('/')[0] ?? ''), path);
      // What is built is looked at by the test of the package.
      assert.ok(path.startsWith('dist/') || existsSync(join(ROOT, path)), path);
    }
    for (const folder of ['.claude-plugin', 'hooks', 'skills']) assert.ok(files.includes(folder), folder);
  });

  it('has a skill that is short, and names commands, tools and codes that are there', () => {
    const skill = read('skills/styxy/SKILL.md');
    const [, name, description = ''] = /^---\nname: (.+)\ndescription: (.+)\n---\n/.exec(skill) ?? [];
    assert.equal(name, 'styxy');
    assert.ok(description.length > 50 && description.length <= 1024);
    assert.ok(skill.split('\n').length < 60);
    const commands = new Set(COMMANDS.map((each) => each.name));
    for (const [line, command = ''] of skill.matchAll(/`(?:[A-Z]+=\$\()?styxy ([a-z]+)[^`]*`/g))
      assert.ok(commands.has(command), line);
    const tools = [...skill.matchAll(/`([a-z]+_[a-z]+)`/g)].map(([, tool]) => tool);
    for (const tool of tools)
      assert.ok(
        TOOLS.some((each) => each.name === tool),
        tool,
      );
    for (const [, code] of skill.matchAll(/explain ([A-Z_]+)/g))
      assert.ok(
        ERROR_CODES.some((each) => each === code),
        code,
      );
  });
});

describe('llms.txt', () => {
  it('leads to every page', () => {
    const listed = [...read('llms.txt').matchAll(/\/blob\/main\/([\w./-]+)\)/g)].map(([, path]) => path);
    const pages = repositoryFiles().filter((path) =>
      /^docs\/(?:reference\/)?[\w-]+\.md$|^docs\/(?:adr|observability)\/README\.md$/.test(path),
    );
    assert.deepEqual(listed.toSorted(), pages.toSorted());
  });

  it('has a title, a summary, and sections of links', () => {
    assert.match(read('llms.txt'), /^# Styxy\n\n> .+\n(?:> .*\n)*/);
    const links = read('llms.txt').matchAll(/^- \[(.+)\]\((.+)\): (.*)$/gm);
    for (const [line, , , sentence = ''] of links) assert.ok(sentence.length > 10, line);
  });
});
