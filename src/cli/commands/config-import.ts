// Owns `styxy config import`: what a port guide would change in the configuration, and the change on request.

import { dirname, resolve } from 'node:path';
import type { ConfigError } from '../../config/config.ts';
import { type GuideImport, importGuide } from '../../config/import-guide.ts';
import { parseGuide } from '../../config/parse-guide.ts';
import type { GuideEntry, PortGuide } from '../../config/port-guide.ts';
import { namedPath, readGuideFile } from '../../config/read-guide.ts';
import { readTextFile } from '../../config/text-file.ts';
import { NEW_CONFIG, type WriteOutcome, writeConfig } from '../../config/write-config.ts';
import { StyxyError } from '../../errors.ts';
import { makeDirectory, resolveOwnHome } from '../../home.ts';
import type { Command, Invocation } from '../command.ts';
import { configContext, mistakeLine } from '../config-context.ts';
import { reach } from '../reach.ts';
import { type Column, tableLines } from '../table.ts';
import { visible } from '../visible.ts';
import { print, printJson, say } from '../write.ts';

const REFUSED_STATUS = 1;

interface Row {
  readonly change: 'added' | 'changed' | 'unchanged';
  readonly entry: GuideEntry;
  readonly what: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'LINE', cell: ({ entry }) => String(entry.line), isRight: true },
  { title: 'CHANGE', cell: ({ change }) => change },
  { title: 'TYPE', cell: ({ entry }) => entry.name, isKept: true },
  { title: 'RANGE', cell: ({ entry }) => entry.type.range.join('-'), isKept: true },
  { title: 'WHAT', cell: ({ what }) => what },
];

export const importCommand: Command = {
  name: 'import',
  summary: 'Compare a port guide with the configuration, and take it over',
  details: [
    'Reads Markdown with tables, lists or headings of service types and their ranges, or JSON. Shows what is new, what differs, and the lines that were not understood. With --apply it writes the differences into config.json: comments, order and unknown keys stay, and the former file is kept in backups. Nothing is written while there are mistakes.',
    'A guide that many machines share is better named in config.json, as "port_guide": then its changes count by themselves.',
  ],
  usage: ['config import FILE [--apply]'],
  arguments: [{ name: 'FILE', description: 'the port guide' }],
  options: { apply: { kind: 'flag', description: 'Write the differences into config.json' } },
  examples: [
    { line: 'styxy config import PORTS.md', description: 'What would change?' },
    { line: 'styxy config import PORTS.md --apply', description: 'Change it' },
  ],
  exits: { 1: 'there are mistakes, or the file cannot be written' },
  async run(invocation) {
    const { words, env } = invocation;
    const { config, dir, backups } = resolveOwnHome(env);
    const file = resolve(words[0] ?? '');
    const guide = guideAt(file);
    const compare = comparison(config, guide, env);
    const result = compare(presentText(config));
    const isRight = result.errors.length === 0;
    const isAsked = invocation.has('apply');
    let outcome: WriteOutcome | null = null;
    if (isAsked && isRight) {
      makeDirectory(dir);
      outcome = await writeConfig({
        path: config,
        backupsDir: backups,
        edit: (text) => {
          const { errors, text: edited } = compare(text);
          const [error] = errors;
          return error === undefined ? edited : { refusal: mistakeLine(file, error) };
        },
      });
      if (outcome.kind === 'refused') {
        throw new StyxyError('CONFIG_NOT_WRITABLE', outcome.message, { fields: { path: config } });
      }
      await tellDaemon(invocation);
    }
    if (invocation.isJson) printJson(shown(file, config, guide, result, outcome));
    else printComparison(file, config, guide, result, outcome, isAsked);
    return isRight ? 0 : REFUSED_STATUS;
  },
};

/** @throws StyxyError NOT_FOUND when there is no guide to be read, or nothing in it */
function guideAt(file: string): PortGuide {
  const content = readTextFile(file);
  const hint =
    'Name a port guide: Markdown or JSON with service types and their ranges, such as "api: 8000-8099".';
  if (content.kind !== 'text') {
    const why = content.kind === 'missing' ? 'the file does not exist' : content.message;
    throw new StyxyError('NOT_FOUND', `${file}: ${why}`, { hint });
  }
  const guide = parseGuide(content.text);
  const isEmpty = guide.entries.length + guide.mistakes.length + guide.notUnderstood.length === 0;
  if (isEmpty) throw new StyxyError('NOT_FOUND', `${file} has no service types with ranges`, { hint });
  return guide;
}

/** @throws StyxyError CONFIG_NOT_WRITABLE when the file is there and cannot be read */
function presentText(config: string): string {
  const file = readTextFile(config);
  if (file.kind === 'unreadable') {
    throw new StyxyError('CONFIG_NOT_WRITABLE', `${config}: ${file.message}`, { fields: { path: config } });
  }
  return file.kind === 'missing' ? NEW_CONFIG : file.text;
}

/** Compares with a text of config.json; throws CONFIG_NOT_WRITABLE when that has mistakes itself. */
function comparison(config: string, guide: PortGuide, env: NodeJS.ProcessEnv): (text: string) => GuideImport {
  const context = configContext(env);
  const readGuide = (named: string) => readGuideFile(namedPath(named, dirname(config)));
  return (text) => {
    const outcome = importGuide(text, guide, context, readGuide);
    if (outcome.kind === 'compared') return outcome.result;
    const [first] = outcome.errors;
    const more = outcome.errors.length > 1 ? `, and ${outcome.errors.length - 1} more` : '';
    throw new StyxyError(
      'CONFIG_NOT_WRITABLE',
      `${first === undefined ? config : mistakeLine(config, first)}${more}`,
      {
        hint: 'Correct config.json first; `styxy config validate` names every mistake.',
        fields: { path: config, errors: outcome.errors },
      },
    );
  };
}

/** A daemon that runs takes the change over by itself; asking makes it do so before the next command comes. */
async function tellDaemon(invocation: Invocation): Promise<void> {
  try {
    const client = await reach({ ...invocation, env: { ...invocation.env, STYXY_AUTOSTART: '0' } });
    await client.request('GET', '/config');
    client.close();
  } catch {
    // None runs, or it will see the change by itself.
  }
}

function shown(
  file: string,
  config: string,
  { notUnderstood }: PortGuide,
  { added, changed, unchanged, errors }: GuideImport,
  outcome: WriteOutcome | null,
) {
  const typeOf = ({ name, line, type }: GuideEntry) => ({ service_type: name, line, ...type });
  return {
    file,
    config,
    added: added.map(typeOf),
    changed: changed.map(({ entry, changes }) => ({ ...typeOf(entry), changes })),
    unchanged: unchanged.map(typeOf),
    not_understood: notUnderstood,
    errors,
    applied: outcome !== null,
    backup: outcome?.kind === 'written' ? outcome.backup : null,
  };
}

function printComparison(
  file: string,
  config: string,
  { notUnderstood }: PortGuide,
  { added, changed, unchanged, errors }: GuideImport,
  outcome: WriteOutcome | null,
  isAsked: boolean,
): void {
  const rows: Row[] = [
    ...added.map((entry): Row => ({ change: 'added', entry, what: entry.type.description ?? '' })),
    ...changed.map(({ entry, changes }): Row => {
      const what = Object.entries(changes).map(([field, { from }]) => `${field} was ${JSON.stringify(from)}`);
      return { change: 'changed', entry, what: what.join('; ') };
    }),
    ...unchanged.map((entry): Row => ({ change: 'unchanged', entry, what: '' })),
  ];
  for (const line of tableLines(
    COLUMNS,
    rows.sort((a, b) => a.entry.line - b.entry.line),
  ))
    print(line);
  for (const note of notUnderstood) say(visible(`${file}:${note.line}: not understood: ${note.message}`));
  for (const error of errors) say(mistakeLine(file, error satisfies ConfigError));
  const count = added.length + changed.length;
  print('');
  if (errors.length > 0) print('Nothing is written while there are mistakes.');
  else if (outcome?.kind === 'written') {
    print(
      visible(
        `${config} is written.${outcome.backup === null ? '' : ` The former file is ${outcome.backup}.`}`,
      ),
    );
  } else if (count === 0 || isAsked) print(visible(`${config} says all this already.`));
  else print(`Nothing is written yet: styxy config import ${visible(file)} --apply`);
}
