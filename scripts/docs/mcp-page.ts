// Owns the reference page of the MCP server, made from its tools.

import { PORT_MAP_URI, PORT_URI_TEMPLATE } from '../../src/mcp/port-map.ts';
import type { Tool } from '../../src/mcp/tool.ts';
import { code, page, prose, table } from './markdown.ts';
import { fieldRows, type Schema } from './schema-fields.ts';

export function renderMcp(tools: readonly Tool[]): string {
  return page('MCP server', [
    '`styxy mcp` speaks the [Model Context Protocol](https://modelcontextprotocol.io) on standard input and output. An agent starts it; `styxy mcp ' +
      '--json` prints the entry for its configuration, with Node and Styxy by absolute path.',
    'A refusal is an answer of a tool with `isError`, and has the code, the sentence and the hint of [the problem document](errors.md). What others ' +
      'wrote (names, paths, commands) stands in the structured content alone, escaped and cut.',
    table(
      ['Tool', 'What', 'Changes'],
      tools.map(({ name, title, annotations }) => [
        `[\`${name}\`](#${name})`,
        title,
        annotations.readOnlyHint
          ? 'nothing'
          : annotations.destructiveHint
            ? 'ends something'
            : 'adds something',
      ]),
    ),
    table(
      ['Resource', 'What'],
      [
        [code(PORT_MAP_URI), 'The live port map: every port of every lease'],
        [code(PORT_URI_TEMPLATE), 'What is known of one port'],
      ],
    ),
    ...tools.flatMap(describeTool),
  ]);
}

function describeTool({ name, description, input, output }: Tool): string[] {
  return [`## ${name}`, prose(description), '**Arguments**:', fields(input), '**Answer**:', fields(output)];
}

function fields(schema: Schema): string {
  return table(
    ['Field', 'Type', 'What'],
    fieldRows(schema, () => null).map(({ name, type, what, isRequired }) => [
      code(name),
      type,
      `${isRequired ? '**Required.** ' : ''}${what}`,
    ]),
  );
}
