import assert from 'node:assert/strict';
import { relative } from 'node:path';
import { describe, it } from 'node:test';
import { readWishes } from '../../src/agents/decide-pre-tool.ts';
import type { ServerCommand } from '../../src/agents/pre-tool.ts';
import { MARK } from './corpus.ts';
import { LANGUAGES } from './corpus-languages.ts';
import { NODE } from './corpus-node.ts';
import { NOTHING } from './corpus-nothing.ts';
import { SHELL } from './corpus-shell.ts';
import { AROUND, SHOP } from './shop.ts';

function described({ plan, serviceType, directory, askedPort, reach }: ServerCommand): string {
  const where = relative(SHOP, directory);
  return [
    plan.id,
    serviceType,
    ...(where === '' ? [] : [where]),
    ...(askedPort === null ? [] : [`:${askedPort}`]),
    ...(reach === 'movable' ? [] : [reach]),
  ].join(' ');
}

function read(text: string): [string, ...string[]] {
  const servers = readWishes(text, AROUND)?.servers ?? [];
  const marked = servers
    .filter(({ reach }) => reach !== 'none')
    .toSorted((a, b) => b.at - a.at)
    .reduce((line, { at }) => line.slice(0, at) + MARK + line.slice(at), text);
  return [marked, ...servers.map(described)];
}

const themes = {
  'front ends and Node': NODE,
  'back ends and services': LANGUAGES,
  'what the shell does': SHELL,
  'none of our business': NOTHING,
};

for (const [theme, cases] of Object.entries(themes)) {
  describe(`commands of agents: ${theme}`, () => {
    for (const each of cases) {
      const [marked] = each;
      it(marked, () => assert.deepEqual(read(marked.replaceAll(MARK, '')), each));
    }
  });
}
