// Owns the reference page of the tools that `styxy run` knows, made from the catalogue.

import { TOOLS } from '../../src/tools/catalogue/all.ts';
import { LEASELESS } from '../../src/tools/catalogue/leaseless.ts';
import type { Leaseless, Tool } from '../../src/tools/tool.ts';
import { code, page, table } from './markdown.ts';

/** More spellings than these say nothing new. */
const MAX_COMMANDS = 6;

export function renderTools(): string {
  return page('Tools', [
    '`styxy run` knows how these tools take their port. It finds them behind package scripts (`npm run dev`, `yarn dev`, `pnpm ' +
      '--filter web dev`, `bun dev`, also nested and in another workspace), behind what only starts them (`npx`, `pnpm exec`, `bunx`, ' +
      '`uv run`, `poetry run`, `bundle exec`, `python -m`, `env`, `cross-env`, `dotenv`), and behind `cd web &&`. A command that it does ' +
      'not understand keeps its words, and gets `PORT` alone.',
    'A port that your own words name (`vite --port 3000`) is a wish, and the leased port takes its place. One that a script names is ' +
      'beaten by words at the end where the tool lets the last one count. Where nothing can be done, `styxy run` asks for exactly that ' +
      'port, and says what to change. Words are only ever added at the end; with `{port}` in your command none are.',
    table(
      ['Tool', 'Recognised by', 'Service type', 'Port otherwise', 'Told by'],
      TOOLS.map((tool) => [
        tool.name,
        commandsOf(tool),
        tool.serviceType === null ? 'by image' : code(tool.serviceType),
        tool.defaultPort === null ? '–' : String(tool.defaultPort),
        toldBy(tool),
      ]),
    ),
    '## Without a lease of their own',
    'These start several servers, or open ports that a file names, or lead to a port of another. They get the addresses of the project’s ' +
      'leases in `STYXY_PORT_<NAME>` and `STYXY_URL_<NAME>`, and no lease unless `-s`, `-n`, `-p` or `--lock` asks for one. What starts several ' +
      'servers gets no `PORT` in any case.',
    table(
      ['Tool', 'Recognised by', 'What to do'],
      LEASELESS.map((each) => [each.name, commandsOf(each), each.advice]),
    ),
  ]);
}

function commandsOf({ commands, ...entry }: Tool | Leaseless): string {
  const { files = [], needs = [] } = 'told' in entry ? entry : {};
  const shown = commands
    .slice(0, MAX_COMMANDS)
    .map((command) => code([command, ...needs.slice(0, 1)].join(' ')));
  const more = commands.length > MAX_COMMANDS ? ', …' : '';
  return `${shown.join(', ')}${more}${files.length === 0 ? '' : ` with ${files.map(code).join(', ')}`}`;
}

function toldBy({ told }: Tool): string {
  const variables = Object.entries(told.variables ?? {}).map(([name, value]) =>
    value === '{port}' ? name : `${name}=${value}`,
  );
  const words = [...(told.add ?? []), ...(told.extra ?? [])].join(' ');
  const slot = told.add === undefined ? (told.options ?? []).map((option) => `${option} …`) : [];
  const ways = told.prefersWords === true ? [words, ...variables] : [...variables, words, ...slot];
  const list = ways.filter((way) => way !== '').map(code);
  return list.length === 0 ? (told.advice ?? '') : list.join(', ');
}
