import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readWishes } from '../../src/agents/decide-pre-tool.ts';
import type { KillTarget, TextPattern } from '../../src/agents/kill-target.ts';
import { NOTHING } from './corpus-nothing.ts';
import { AROUND } from './shop.ts';
import { EVERY_KILL } from './whole-corpus.ts';

function described(target: KillTarget): string {
  switch (target.kind) {
    case 'everything':
      return 'everything';
    case 'ports': {
      const { first, last, protocol } = target;
      const ports = first === last ? `port ${first}` : `ports ${first}-${last}`;
      return protocol === null ? ports : `${ports}/${protocol}`;
    }
    case 'pattern': {
      const texts = [...target.all.map(patternText), ...target.none.map((each) => `!${patternText(each)}`)];
      return [target.looksAt === 'name' ? 'name' : 'line', ...texts].join(' ');
    }
    case 'related':
      return `${target.how} of ${described(target.to)}`;
    case 'container':
      return target.name === null ? 'all containers' : `container ${patternText(target.name)}`;
    default:
      return `${target.kind} ${target.pid}`;
  }
}

function patternText({ kind, text }: TextPattern): string {
  return kind === 'exact' ? `=${text}` : text;
}

function read(text: string): [string, ...string[]] {
  const kills = readWishes(text, AROUND)?.kills ?? [];
  return [text, ...new Set(kills.map(({ target }) => described(target)))];
}

describe('commands of agents: what they end', () => {
  for (const each of EVERY_KILL) it(each[0], () => assert.deepEqual(read(each[0]), each));
});

describe('commands of agents: what ends nothing', () => {
  for (const [text] of NOTHING) it(text, () => assert.deepEqual(read(text), [text]));
});
