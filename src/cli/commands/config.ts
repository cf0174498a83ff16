// Owns `styxy config`: the effective configuration, and where it comes from.

import type { ConfigAnswer } from '../../api/schemas-daemon.ts';
import { resolveOwnHome } from '../../home.ts';
import type { Command } from '../command.ts';
import { fetchConfig, sourceOf, type TypeRow, typesOf } from '../config-answer.ts';
import { mistakeLine } from '../config-context.ts';
import { type Column, pairLines, tableLines } from '../table.ts';
import { visible } from '../visible.ts';
import { print, printJson, say } from '../write.ts';
import { autoAllocationCommand } from './config-auto-allocation.ts';
import { importCommand } from './config-import.ts';
import { configInstancesCommand } from './config-instances.ts';
import { validateCommand } from './config-validate.ts';

const COLUMNS: readonly Column<TypeRow>[] = [
  { title: 'TYPE', cell: ({ name }) => name },
  { title: 'RANGE', cell: ({ range }) => range.join('-'), isKept: true },
  { title: 'INSTANCES', cell: ({ behaviour }) => behaviour, beneath: ({ behaviour }) => behaviour },
  {
    title: 'SOURCE',
    cell: ({ source }) => source,
    beneath: ({ source }) => (source === 'default' ? null : `from ${source}`),
  },
  { title: 'PREFERRED', cell: preferred, beneath: firstTried },
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
    for (const error of answer.errors) say(mistakeLine(answer.path, error));
    for (const warning of answer.warnings) say(visible(`Note: ${warning}`));
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
    const { config } = resolveOwnHome(invocation.env);
    if (invocation.isJson) printJson({ path: config });
    else print(config);
    return 0;
  },
};

export const configCommand: Command = {
  name: 'config',
  summary: 'Show, check and change the configuration',
  usage: [
    'config show',
    'config validate [FILE]',
    'config path',
    'config instances',
    'config import FILE [--apply]',
    'config auto-allocation',
  ],
  examples: [{ line: 'styxy config show', description: 'Which service types are there?' }],
  subcommands: [show, validateCommand, path, configInstancesCommand, importCommand, autoAllocationCommand],
  run: show.run,
};

function firstTried({ preferredPorts }: TypeRow): string | null {
  return preferredPorts.length === 0 ? null : `first ${preferredPorts.join(', ')}`;
}

function preferred({ preferredPorts }: TypeRow): string {
  return preferredPorts.join(', ');
}

function sourceNote({ sources }: ConfigAnswer, path: string): string {
  const source = sourceOf(sources, path);
  return source === 'default' ? '' : `  (${source})`;
}

function flatten(value: unknown, path = ''): (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [[path, JSON.stringify(value)]];
  return Object.entries(value).flatMap(([name, inner]) =>
    flatten(inner, path === '' ? name : `${path}.${name}`),
  );
}
