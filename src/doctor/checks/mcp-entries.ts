// Owns the check of the entries by which coding agents start the MCP server: what they name must be there.

import { delimiter, isAbsolute, join } from 'node:path';
import { type Check, note, ok, trouble } from '../check.ts';
import type { Scene } from '../scene.ts';

/** An MCP server as an agent's configuration names it. */
interface Entry {
  /** The file, as people write it. */
  readonly file: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** Where Codex CLI keeps them, below the user's home and in a project, as TOML. */
const OF_CODEX = '.codex/config.toml';
/** Where agents keep their MCP servers, below the user's home: Claude Code, Gemini CLI, Cursor, Copilot CLI, opencode. */
const OF_USER = [
  '.claude.json',
  '.gemini/settings.json',
  '.cursor/mcp.json',
  '.copilot/mcp-config.json',
  '.config/opencode/opencode.json',
  OF_CODEX,
];
/** And in a project. */
const OF_PROJECT = ['.mcp.json', '.cursor/mcp.json', '.gemini/settings.json', 'opencode.json', OF_CODEX];

export const mcpEntries: Check = {
  id: 'mcp-entries',
  title: 'MCP entries',
  why: 'An agent whose entry leads nowhere works without Styxy and seldom says so.',
  fixes: null,
  needs: 'nothing',
  async run(scene) {
    const damaged: string[] = [];
    const entries = filesOf(scene).flatMap(({ file, text }) => {
      try {
        return entriesIn(file, file.endsWith('.toml') ? serversInToml(text) : JSON.parse(text));
      } catch {
        // Comments, which some agents allow, are no fault, and neither is what has nothing of ours.
        if (text.includes('styxy')) damaged.push(file);
        return [];
      }
    });
    const faults = entries.flatMap((entry) => faultOf(entry, scene) ?? []);
    const [fault] = faults;
    if (fault !== undefined)
      return trouble(
        faults.length === 1 ? fault : `${fault}, and ${faults.length - 1} more`,
        '`styxy mcp --json` prints the right entry.',
      );
    if (damaged.length > 0) return note(`${damaged.join(' and ')} cannot be read`);
    if (entries.length === 0) return ok('none; `styxy mcp --json` prints one');
    return ok(`${entries.length}, in ${[...new Set(entries.map(({ file }) => file))].join(' and ')}`);
  },
};

function filesOf({ env, workingDirectory, readText }: Scene): { file: string; text: string }[] {
  const home = env.HOME ?? env.USERPROFILE ?? '';
  const places = isAbsolute(home)
    ? OF_USER.map((name) => ({ file: `~/${name}`, path: join(home, name) }))
    : [];
  if (workingDirectory !== null && workingDirectory !== home)
    places.push(...OF_PROJECT.map((name) => ({ file: name, path: join(workingDirectory, name) })));
  return places.flatMap(({ file, path }) => {
    const text = readText(path);
    return text === null ? [] : [{ file, text }];
  });
}

/** Our entries of a configuration, also those that Claude Code keeps for single projects. */
function entriesIn(file: string, config: unknown): Entry[] {
  const { mcpServers, mcp, projects } = fieldsOf(config);
  const own = [...Object.entries(fieldsOf(mcpServers)), ...Object.entries(fieldsOf(mcp))].flatMap(
    ([name, value]) => {
      const { command, args } = fieldsOf(value);
      // opencode has program and arguments in one list.
      const [program = '', ...rest] = [command, args].flat().filter((word) => typeof word === 'string');
      const isOurs =
        name === 'styxy' || [program, ...rest].some((word) => /[\\/]styxy(?:\.cjs)?$/.test(word));
      return isOurs && program !== '' ? [{ file, command: program, args: rest }] : [];
    },
  );
  return [...own, ...Object.values(fieldsOf(projects)).flatMap((each) => entriesIn(file, each))];
}

/**
 * The MCP servers of a TOML file, in the shape that the JSON files have: of all that TOML can be, tables named
 * `mcp_servers` with a program and its arguments on a line each, as Codex CLI writes them.
 */
function serversInToml(text: string): unknown {
  const mcpServers: Record<string, Record<string, unknown>> = {};
  let server: Record<string, unknown> | null = null;
  for (const line of text.split(/\r?\n/)) {
    const [, name] = /^\s*\[mcp_servers\.(?:"?)([\w.@/-]+)(?:"?)\]\s*(?:#.*)?$/.exec(line) ?? [];
    if (name !== undefined) {
      server = {};
      mcpServers[name] = server;
    } else if (/^\s*\[/.test(line)) server = null;
    const [, key, value = ''] = /^\s*(command|args)\s*=\s*(.*)$/.exec(line) ?? [];
    if (server !== null && key !== undefined) server[key] = tomlValue(value);
  }
  return { mcpServers };
}

/** A text in double quotes, or a list of such, is written as in JSON; a text in single quotes has no escapes. */
function tomlValue(text: string): unknown {
  const [, plain] = /^'([^']*)'/.exec(text) ?? [];
  if (plain !== undefined) return plain;
  const [json = 'null'] = /^(?:"(?:[^"\\]|\\.)*"|\[.*\])/.exec(text) ?? [];
  return JSON.parse(json.replaceAll(/'([^'"]*)'/g, '"$1"').replace(/,\s*\]$/, ']'));
}

function faultOf({ file, command, args }: Entry, { env, canRun, canRead }: Scene): string | null {
  if (!args.includes('mcp')) return `the entry of ${file} does not call \`styxy mcp\``;
  if (!isAbsolute(command)) {
    const directories = (env.PATH ?? '').split(delimiter).filter((directory) => directory !== '');
    // Windows adds endings of its own to the name.
    const isFound = env.PATHEXT !== undefined || directories.some((each) => canRun(join(each, command)));
    return isFound ? null : `${file} names ${command}, which is not in PATH`;
  }
  if (!canRun(command)) return `${file} names ${command}, which cannot be started`;
  const gone = args.find((word) => isAbsolute(word) && !canRead(word));
  return gone === undefined ? null : `${file} names ${gone}, which is not there`;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
