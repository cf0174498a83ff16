// Owns `styxy config instances`: the port of each type at which an instance of each template starts to look.

import type { Command } from '../command.ts';
import { fetchConfig, objectOf, type TypeRow, typesOf } from '../config-answer.ts';
import { bold } from '../style.ts';
import { type Column, tableLines } from '../table.ts';
import { print, printJson } from '../write.ts';

export const configInstancesCommand: Command = {
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

/** The port at which an instance of a template starts to look: the n-th preferred one, from the first again after the last. */
function firstPort({ preferredPorts, range }: TypeRow, offset: number): number | null {
  if (preferredPorts.length === 0) return range[0] ?? null;
  return preferredPorts[offset % preferredPorts.length] ?? null;
}
