// Owns `styxy config`: the effective configuration, where it comes from, and what it means for instances.

import type { ConfigAnswer } from '../../api/schemas-daemon.ts';
import { expectOk } from '../../client/client.ts';
import { resolveHome } from '../../home.ts';
import type { Command, Invocation } from '../command.ts';
import { reach } from '../reach.ts';
import { bold } from '../style.ts';
import { type Column, pairLines, tableLines } from '../table.ts';
import { visible } from '../visible.ts';
import { print, printJson, say } from '../write.ts';
import { validateCommand } from './config-validate.ts';

interface TypeRow {
  readonly name: string;
  readonly range: readonly number[];
  readonly preferredPorts: readonly number[];
  readonly behaviour: string;
  readonly source: string;
}

const COLUMNS: readonly Column<TypeRow>[] = [
  { title: 'TYPE', cell: ({ name }) => name },
  { title: 'RANGE', cell: ({ range }) => range.join('-') },
  { title: 'INSTANCES', cell: ({ behaviour }) => behaviour },
  { title: 'SOURCE', cell: ({ source }) => source },
  { title: 'PREFERRED', cell: ({ preferredPorts }) => preferredPorts.join(', ') },
];

const show: Command = {
  name: 'show',
  summary: 'Show the effective configuration, and where each value comes from',
  usage: ['config show'],
  examples: [{ line: 'styxy config show', description: 'Which service types are there?' }],
  async run(invocation) {
    const answer = await fetchConfig(invocation);
    if (invocation.isJson) {
      printJson(answer);
      return 0;
    }
    print(visible(`Configuration: ${answer.path}`));
    for (const { line, column, path, message } of answer.errors) {
      const where = path === '' ? '' : ` ${path}:`;
      say(visible(`${answer.path}:${line}:${column}:${where} ${message}`));
    }
    print('');
    for (const line of tableLines(COLUMNS, typesOf(answer))) print(line);
    print('');
    const settings = flatten(answer.config).filter(([path]) => !path.startsWith('service_types.'));
    const pairs = settings.map(([path, value]) => [path, `${value}${sourceNote(answer, path)}`] as const);
    for (const line of pairLines(pairs)) print(line);
    return 0;
  },
};

const path: Command = {
  name: 'path',
  summary: 'Print the path of the configuration file',
  usage: ['config path'],
  examples: [{ line: '$EDITOR "$(styxy config path)"', description: 'Edit it' }],
  async run(invocation) {
    const { config } = resolveHome(invocation.env);
    if (invocation.isJson) printJson({ path: config });
    else print(config);
    return 0;
  },
};

const instances: Command = {
  name: 'instances',
  summary: "Show which port each template's instances start at",
  usage: ['config instances'],
  examples: [{ line: 'styxy config instances', description: 'Where do linked worktrees start?' }],
  async run(invocation) {
    const answer = await fetchConfig(invocation);
    const templates = Object.entries(objectOf(answer.config.instance_templates))
      .map(([name, offset]) => ({ name, offset: Number(offset) }))
      .filter(({ offset }) => Number.isInteger(offset));
    const types = typesOf(answer);
    if (invocation.isJson) {
      printJson({
        templates: templates.map(({ name, offset }) => ({
          name,
          offset,
          ports: Object.fromEntries(types.map((type) => [type.name, firstPort(type, offset)])),
        })),
      });
      return 0;
    }
    const columns: Column<TypeRow>[] = [
      { title: 'TYPE', cell: ({ name }) => name },
      ...templates.map(({ name, offset }) => ({
        title: name.toUpperCase(),
        cell: (type: TypeRow) => String(firstPort(type, offset) ?? '-'),
        isRight: true,
      })),
    ];
    for (const line of tableLines(columns, types)) print(line);
    print('');
    print(
      `${bold('main')} is meant for a main checkout and ${bold('features')} for a linked worktree, unless another is named.`,
    );
    return 0;
  },
};

export const configCommand: Command = {
  name: 'config',
  summary: 'Show and check the configuration',
  usage: ['config show', 'config validate [FILE]', 'config path', 'config instances'],
  examples: [{ line: 'styxy config show', description: 'Which service types are there?' }],
  subcommands: [show, validateCommand, path, instances],
  run: show.run,
};

async function fetchConfig(invocation: Invocation): Promise<ConfigAnswer> {
  const client = await reach(invocation);
  const answer = expectOk(await client.request<ConfigAnswer>('GET', '/config'));
  client.close();
  return answer;
}

function typesOf({ config, sources }: ConfigAnswer): TypeRow[] {
  return Object.entries(objectOf(config.service_types)).map(([name, value]) => {
    const type = objectOf(value);
    return {
      name,
      range: numbersOf(type.range),
      preferredPorts: numbersOf(type.preferred_ports),
      behaviour: String(type.instance_behavior ?? 'multi'),
      source: sourceOf(sources, `service_types.${name}`),
    };
  });
}

/** The port at which an instance of a template starts to look: the n-th preferred one, from the first again after the last. */
function firstPort({ preferredPorts, range }: TypeRow, offset: number): number | null {
  if (preferredPorts.length === 0) return range[0] ?? null;
  return preferredPorts[offset % preferredPorts.length] ?? null;
}

/** The source of a path, else of the nearest thing that holds it. */
function sourceOf(sources: Readonly<Record<string, string>>, path: string): string {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const source = sources[at];
    if (source !== undefined) return source;
  }
  const inside = new Set(
    Object.entries(sources).flatMap(([key, source]) => (key.startsWith(`${path}.`) ? [source] : [])),
  );
  return [...inside].join(', ') || 'default';
}

function sourceNote({ sources }: ConfigAnswer, path: string): string {
  const source = sourceOf(sources, path);
  return source === 'shipped' || source === 'default' ? '' : `  (${source})`;
}

function flatten(value: unknown, path = ''): (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [[path, JSON.stringify(value)]];
  return Object.entries(value).flatMap(([name, inner]) =>
    flatten(inner, path === '' ? name : `${path}.${name}`),
  );
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function numbersOf(value: unknown): number[] {
  return Array.isArray(value) ? value.filter((each): each is number => typeof each === 'number') : [];
}
