// Owns the help texts, made from the commands' own data.

import { type Command, type OptionSpec, USAGE_STATUS } from './command.ts';
import { COMMON_OPTIONS } from './parse.ts';
import { bold } from './style.ts';
import { terminalWidth, wrap } from './terminal.ts';

const INDENT = 2;
const GAP = 2;
/** Longer lines are hard to read, however wide the terminal is. */
const MAX_WIDTH = 100;

const USUAL_EXITS: Readonly<Record<number, string>> = {
  0: 'done',
  1: 'refused or failed',
  [USAGE_STATUS]: 'wrong usage',
  3: 'no daemon could be reached or started',
};

/** The list of all commands. */
export function overview(commands: readonly Command[], common: Readonly<Record<string, OptionSpec>>): string {
  return [
    'Styxy hands out ports, so that the servers of this machine never collide.',
    '',
    `${bold('Usage')}: styxy COMMAND [OPTIONS]`,
    '',
    bold('Commands'),
    ...columns(
      commands.map(({ name, aliases, summary }) => [[name, ...(aliases ?? [])].join(', '), summary]),
    ),
    '',
    bold('Options of every command'),
    ...columns(optionRows(common)),
    '',
    ...wrap(
      '`styxy COMMAND --help` says more, with examples; `styxy explain CODE` explains an error.',
      width(),
    ),
  ].join('\n');
}

/** The help of one command. */
export function commandHelp(command: Command, path: readonly string[]): string {
  const lines: string[] = [...wrap(`${command.summary}.`, width()), '', bold('Usage')];
  for (const usage of command.usage) lines.push(`${' '.repeat(INDENT)}styxy ${usage}`);
  for (const paragraph of command.details ?? []) lines.push('', ...wrap(paragraph, width()));
  if (command.subcommands !== undefined) {
    lines.push('', bold('Subcommands'));
    lines.push(...columns(command.subcommands.map(({ name, summary }) => [name, summary])));
  }
  if (command.arguments !== undefined) {
    lines.push('', bold('Arguments'));
    lines.push(...columns(command.arguments.map(({ name, description }) => [name, description])));
  }
  lines.push('', bold('Options'), ...columns(optionRows({ ...command.options, ...COMMON_OPTIONS })));
  lines.push('', bold('Examples'));
  for (const { line, description } of command.examples)
    lines.push(`${' '.repeat(INDENT)}${line}`, `${' '.repeat(INDENT * 2)}${description}`);
  lines.push('', bold('Exit status'));
  const exits = Object.entries({ ...USUAL_EXITS, ...command.exits });
  lines.push(...columns(exits.map(([status, meaning]) => [status, meaning])));
  if (command.aliases !== undefined) lines.push('', `Also: styxy ${command.aliases.join(', styxy ')}`);
  if (command.subcommands !== undefined)
    lines.push('', `\`styxy ${path.join(' ')} SUBCOMMAND --help\` says more of each.`);
  return lines.join('\n');
}

/** The same as data. */
export function commandJson(command: Command, path: readonly string[]): unknown {
  return {
    command: path.join(' '),
    aliases: command.aliases ?? [],
    summary: command.summary,
    usage: command.usage.map((usage) => `styxy ${usage}`),
    options: Object.entries({ ...command.options, ...COMMON_OPTIONS }).map(([name, spec]) => ({
      name: `--${name}`,
      short: spec.short === undefined ? null : `-${spec.short}`,
      value: spec.kind === 'flag' ? null : (spec.value ?? 'VALUE'),
      description: spec.description,
    })),
    examples: command.examples,
    subcommands: (command.subcommands ?? []).map((each) => commandJson(each, [...path, each.name])),
  };
}

function optionRows(options: Readonly<Record<string, OptionSpec>>): (readonly [string, string])[] {
  return Object.entries(options).map(([name, { kind, short, value, description }]) => {
    const shown = `${short === undefined ? '    ' : `-${short}, `}--${name}`;
    return [kind === 'flag' ? shown : `${shown} ${value ?? 'VALUE'}`, description];
  });
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const left = Math.max(...rows.map(([term]) => term.length));
  const room = Math.max(20, width() - INDENT - left - GAP);
  return rows.flatMap(([term, text]) =>
    wrap(text, room).map(
      (line, index) => `${' '.repeat(INDENT)}${(index === 0 ? term : '').padEnd(left + GAP)}${line}`,
    ),
  );
}

function width(): number {
  return Math.min(terminalWidth() ?? MAX_WIDTH, MAX_WIDTH);
}
