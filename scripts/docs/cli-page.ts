// Owns the reference page of the command line, made from the commands' own data.

import type { Command, OptionSpec } from '../../src/cli/command.ts';
import { COMMON_OPTIONS } from '../../src/cli/parse.ts';
import { code, fence, page, prose, table } from './markdown.ts';

/** What the exit statuses mean unless a command says otherwise. */
export const EXITS: readonly (readonly [string, string])[] = [
  ['0', 'done'],
  ['1', 'refused or failed'],
  ['2', 'wrong usage; the nearest command or option is suggested'],
  ['3', 'no daemon could be reached or started'],
];

export function renderCli(commands: readonly Command[]): string {
  return page('Command line', [
    fence('text', 'styxy COMMAND [OPTIONS]'),
    'Data goes to standard output, messages to standard error. Colour is used on a terminal alone, and not with `NO_COLOR`. With ' +
      '`--json` a command prints exactly one JSON document: the answer of the [HTTP API](http.md), or the ' +
      '[problem document](errors.md) of a refusal.',
    'Every command takes:',
    optionsTable(COMMON_OPTIONS),
    table(['Exit status', 'Meaning'], EXITS),
    table(
      ['Command', 'What'],
      commands.map(({ name, summary }) => [`[\`${name}\`](#styxy-${name})`, `${summary}`]),
    ),
    ...commands.flatMap((command) => describeCommand(command, [], 2)),
  ]);
}

function describeCommand(command: Command, parents: readonly string[], depth: number): string[] {
  const words = [...parents, command.name];
  const { aliases = [], details = [], options = {}, exits = {}, subcommands = [] } = command;
  return [
    `${'#'.repeat(depth)} styxy ${words.join(' ')}`,
    `${command.summary}.${aliases.length === 0 ? '' : ` Also: ${aliases.map(code).join(', ')}.`}`,
    fence('text', command.usage.map((line) => `styxy ${line}`).join('\n')),
    ...details.map(prose),
    argumentsTable(command),
    optionsTable(options),
    Object.keys(exits).length === 0 ? '' : table(['Exit status', 'Meaning'], Object.entries(exits)),
    command.defaultSubcommand === undefined
      ? ''
      : `Without a subcommand: \`styxy ${[...words, command.defaultSubcommand].join(' ')}\`.`,
    command.examples.length === 0
      ? ''
      : fence(
          'sh',
          command.examples.map(({ line, description }) => `# ${description}\n${line}`).join('\n\n'),
        ),
    ...subcommands.flatMap((each) => describeCommand(each, words, depth + 1)),
  ];
}

function argumentsTable({ arguments: list = [] }: Command): string {
  if (list.length === 0) return '';
  return table(
    ['Argument', 'What'],
    list.map(({ name, description, isOptional, isMany }) => [
      code(`${name}${isMany === true ? '…' : ''}`),
      `${description}${isOptional === true ? ' (may be left out)' : ''}`,
    ]),
  );
}

function optionsTable(options: Readonly<Record<string, OptionSpec>>): string {
  if (Object.keys(options).length === 0) return '';
  return table(
    ['Option', 'What'],
    Object.entries(options).map(([name, { short, value, kind, description }]) => {
      const long = `--${name}${kind === 'flag' ? '' : ` ${value ?? 'VALUE'}`}`;
      return [`${short === undefined ? '' : `\`-${short}\`, `}${code(long)}`, description];
    }),
  );
}
