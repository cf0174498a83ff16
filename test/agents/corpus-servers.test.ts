import assert from 'node:assert/strict';
import { relative } from 'node:path';
import { describe, it } from 'node:test';
import { readWishes } from '../../src/agents/decide-pre-tool.ts';
import type { ServerCommand } from '../../src/agents/pre-tool.ts';
import { TOOLS } from '../../src/tools/catalogue/all.ts';
import { MARK } from './corpus.ts';
import { LANGUAGES } from './corpus-languages.ts';
import { NODE } from './corpus-node.ts';
import { NOTHING } from './corpus-nothing.ts';
import { SHELL } from './corpus-shell.ts';
import { AROUND, SHOP } from './shop.ts';
import { EVERY_COMMAND } from './whole-corpus.ts';

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

describe('a worktree that is known', () => {
  const text = 'cd "$(git rev-parse --show-toplevel)" && npm run dev';
  const directories = (worktree: string | null): string[] | undefined =>
    readWishes(text, { ...AROUND, directory: `${SHOP}/packages/web`, worktree })?.servers.map(
      ({ directory }) => directory,
    );

  it('is where a line goes that asks git for it', () => {
    assert.deepEqual(directories(SHOP), [SHOP]);
    assert.equal(directories(null), undefined);
    assert.equal(directories('/elsewhere'), undefined);
  });
});

describe('the corpus', () => {
  it('starts every tool of the catalogue', () => {
    const started = new Set(
      Object.values(themes).flatMap((cases) =>
        cases.flatMap(([, ...found]) => found.map((each) => each.split(' ')[0])),
      ),
    );
    assert.deepEqual(
      TOOLS.filter(({ id }) => !started.has(id)).map(({ id }) => id),
      [],
    );
  });

  it('has at least four hundred commands, none of them twice', () => {
    assert.ok(EVERY_COMMAND.length >= 400);
    assert.deepEqual(
      EVERY_COMMAND.filter((text, at) => EVERY_COMMAND.indexOf(text) !== at),
      [],
    );
  });
});

for (const [theme, cases] of Object.entries(themes)) {
  describe(`commands of agents: ${theme}`, () => {
    for (const each of cases) {
      const [marked] = each;
      it(marked, () => assert.deepEqual(read(marked.replaceAll(MARK, '')), each));
    }
  });
}
