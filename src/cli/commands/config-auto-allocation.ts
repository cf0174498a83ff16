// Owns `styxy config auto-allocation`: the ranges that unknown service types got by themselves.

import type {
  AutoAllocationAnswer,
  AutomaticRangeJson,
  ConsolidateAnswer,
  UndoRangeAnswer,
} from '../../api/schemas-ranges.ts';
import { expectOk } from '../../client/client.ts';
import { type Command, type Invocation, UsageError } from '../command.ts';
import { ageText } from '../duration.ts';
import { query, reach } from '../reach.ts';
import { type Column, pairLines, tableLines } from '../table.ts';
import { visible } from '../visible.ts';
import { print, printJson, say } from '../write.ts';

const PATH = '/config/auto-allocation';

const COLUMNS: readonly Column<AutomaticRangeJson>[] = [
  { title: 'TYPE', cell: (range) => range.service_type },
  { title: 'RANGE', cell: ({ start, end }) => `${start}-${end}` },
  { title: 'LEASES', cell: ({ leases }) => String(leases), isRight: true },
  { title: 'AGE', cell: (range) => ageText(range.made_at), isRight: true },
  { title: 'IN CONFIG.JSON', cell: (range) => (range.in_config ? 'yes' : 'no') },
];

type Move = ConsolidateAnswer['moves'][number];

const MOVE_COLUMNS: readonly Column<Move>[] = [
  { title: 'TYPE', cell: (move) => move.service_type },
  { title: 'FROM', cell: ({ from }) => from.join('-') },
  { title: 'TO', cell: ({ to }) => to.join('-') },
];

const status: Command = {
  name: 'status',
  summary: 'Say whether unknown types get ranges, and where',
  usage: ['config auto-allocation status'],
  examples: [{ line: 'styxy config auto-allocation status', description: 'Is it on?' }],
  run: async (invocation) => showStatus(invocation, await fetch(invocation)),
};

const list: Command = {
  name: 'list',
  summary: 'List the automatic ranges',
  usage: ['config auto-allocation list'],
  examples: [{ line: 'styxy config auto-allocation list', description: 'Which ranges were made?' }],
  async run(invocation) {
    const answer = await fetch(invocation);
    if (invocation.isJson) printJson(answer);
    else if (answer.ranges.length === 0) print('No automatic ranges.');
    else for (const line of tableLines(COLUMNS, answer.ranges)) print(line);
    return 0;
  },
};

const undo: Command = {
  name: 'undo',
  summary: 'Take an automatic range back',
  details: [
    'Whoever takes the type out of config.json does the same, also while no daemon runs. There a range with a live lease stays, and is written again at the next start of the daemon.',
  ],
  usage: ['config auto-allocation undo TYPE [-f]'],
  arguments: [{ name: 'TYPE', description: 'the service type that has the range' }],
  options: { force: { kind: 'flag', short: 'f', description: 'End its leases too' } },
  examples: [{ line: 'styxy config auto-allocation undo grpc', description: 'It was a typing error' }],
  async run(invocation) {
    const type = invocation.words[0] ?? '';
    if (type === '') throw new UsageError('TYPE is missing: the service type whose range is to go');
    const client = await reach(invocation);
    const force = invocation.has('force') ? true : null;
    const path = `${PATH}/${encodeURIComponent(type)}${query({ force })}`;
    const answer = expectOk(await client.request<UndoRangeAnswer>('DELETE', path));
    client.close();
    if (invocation.isJson) printJson(answer);
    else print(visible(`${answer.message}.`));
    return 0;
  },
};

const consolidate: Command = {
  name: 'consolidate',
  summary: 'Close the holes that undone ranges left',
  details: [
    'Shows which ranges would move, each towards where its own rule would have made it without the undone ones.',
    'None moves that has a live lease, or whose place a script chose.',
  ],
  usage: ['config auto-allocation consolidate [--apply]'],
  options: { apply: { kind: 'flag', description: 'Move them' } },
  examples: [{ line: 'styxy config auto-allocation consolidate', description: 'What would move?' }],
  async run(invocation) {
    const client = await reach(invocation);
    const body = { apply: invocation.has('apply') };
    const answer = expectOk(await client.request<ConsolidateAnswer>('POST', `${PATH}/consolidate`, body));
    client.close();
    if (invocation.isJson) printJson(answer);
    else if (answer.moves.length === 0) print('There is nothing to move.');
    else {
      for (const line of tableLines(MOVE_COLUMNS, answer.moves)) print(line);
      if (!answer.applied) say('Nothing was moved; --apply moves them.');
      else if (answer.not_in_config !== null)
        say(`config.json does not have all of them, and what it says counts: ${answer.not_in_config}`);
    }
    return 0;
  },
};

export const autoAllocationCommand: Command = {
  name: 'auto-allocation',
  summary: 'Show and change the ranges that unknown service types get',
  usage: [
    'config auto-allocation status',
    'config auto-allocation enable',
    'config auto-allocation disable',
    'config auto-allocation list',
    'config auto-allocation undo TYPE [-f]',
    'config auto-allocation consolidate [--apply]',
  ],
  examples: [{ line: 'styxy config auto-allocation list', description: 'Which ranges were made?' }],
  subcommands: [status, switching('enable', true), switching('disable', false), list, undo, consolidate],
  defaultSubcommand: 'status',
  run: status.run,
};

function switching(name: string, enabled: boolean): Command {
  const what = enabled ? 'Let unknown service types get ranges' : 'Refuse unknown service types';
  return {
    name,
    summary: what,
    details: ['The choice is written to config.json; everything else in it stays.'],
    usage: [`config auto-allocation ${name}`],
    examples: [{ line: `styxy config auto-allocation ${name}`, description: what }],
    async run(invocation) {
      const client = await reach(invocation);
      const answer = expectOk(await client.request<AutoAllocationAnswer>('PUT', PATH, { enabled }));
      client.close();
      return showStatus(invocation, answer);
    },
  };
}

async function fetch(invocation: Invocation): Promise<AutoAllocationAnswer> {
  const client = await reach(invocation);
  const answer = expectOk(await client.request<AutoAllocationAnswer>('GET', PATH));
  client.close();
  return answer;
}

function showStatus(invocation: Invocation, answer: AutoAllocationAnswer): number {
  if (invocation.isJson) {
    printJson(answer);
    return 0;
  }
  const where =
    answer.min_port === null
      ? 'off: an unknown service type is refused'
      : `on, between ${answer.min_port} and ${answer.max_port}, ${answer.gap_size} ports apart`;
  const pairs: (readonly [string, string])[] = [
    ['New ranges', where],
    ['Ranges', String(answer.ranges.length)],
  ];
  if (answer.not_in_config !== null) pairs.push(['Not in config.json', answer.not_in_config]);
  if (answer.placement_problem !== null) pairs.push(['Placement module', answer.placement_problem]);
  for (const line of pairLines(pairs)) print(visible(line));
  return 0;
}
