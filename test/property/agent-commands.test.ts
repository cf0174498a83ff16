// Owns the promises about every text that an agent may send: nothing throws, nothing but an insertion changes, work is bounded.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decidePreTool, readWishes } from '../../src/agents/decide-pre-tool.ts';
import { rewriteServers } from '../../src/agents/rewrite-servers.ts';
import type { Surroundings } from '../../src/agents/server-command.ts';
import { tellingWords } from '../../src/agents/telling-words.ts';
import { MACHINE } from '../agents/machine.ts';
import { AROUND, SHOP } from '../agents/shop.ts';
import { EVERY_COMMAND } from '../agents/whole-corpus.ts';

const RUNS = 1_000;
/** Long texts are made of one command in so many. */
const EVERY = 40;
const INSERTED = 'styxy run --lock L -p 5999 -- ';

const command = fc.constantFrom(...EVERY_COMMAND);
const joint = fc.constantFrom(' && ', '; ', ' & ', ' | ', ' || ', '\n', ' ', '');
const around = fc.constantFrom<[string, string]>(
  ['', ''],
  ['(', ')'],
  ['{ ', '; }'],
  ['$(', ')'],
  ['"', '"'],
  ["'", "'"],
  ['if ', '; then x; fi'],
  ['for i in 1; do ', '; done'],
  ['cat <<E\n', '\nE\n'],
  ['sudo ', ''],
  ['é🦦 ', ' 🦦'],
);
/** Commands of the EVERY_COMMAND in lists and shells, right and wrong. */
const line = fc
  .array(fc.tuple(command, around, joint), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.map(([text, [before, behind], next]) => `${before}${text}${behind}${next}`).join(''));
/** Lines of which a piece was cut out, or that were cut short. */
const broken = fc
  .tuple(line, fc.nat(), fc.nat({ max: 5 }))
  .map(
    ([text, at, count]) =>
      text.slice(0, at % (text.length + 1)) + text.slice((at % (text.length + 1)) + count),
  );

function rewrite(text: string): string {
  const servers = readWishes(text, AROUND)?.servers.filter(({ reach }) => reach !== 'none') ?? [];
  const granted = servers.map((server) => ({ server, lockId: 'L', port: 5999, holder: null }));
  return rewriteServers(text, granted, ['styxy']);
}

describe('any text of an agent', () => {
  it('is rewritten by insertions alone, and once', () => {
    fc.assert(
      fc.property(fc.oneof(line, broken), (text) => {
        const rewritten = rewrite(text);
        assert.equal(rewritten.replaceAll(INSERTED, ''), text);
        // What was put behind `styxy run` is not put there again.
        assert.equal(rewrite(rewritten), rewritten);
      }),
      { numRuns: RUNS },
    );
  });

  it('never makes a decision fail', () => {
    const facts = {
      machine: MACHINE,
      projectOf: () => SHOP,
      killGuard: 'deny' as const,
      rewrites: true,
    };
    fc.assert(
      fc.property(fc.oneof(broken, fc.string({ unit: 'binary', maxLength: 300 })), (text) => {
        const wishes = readWishes(text, AROUND);
        if (wishes !== null) decidePreTool(wishes, facts);
      }),
      { numRuns: RUNS },
    );
  });

  it('has one of the telling words in it where anything is decided', () => {
    const { words, beginnings, letters } = tellingWords();
    const texts = [...words, ...beginnings, ...letters];
    const silent = EVERY_COMMAND.filter((text) => readWishes(text, AROUND) !== null)
      .map((text) => text.replaceAll(/['"\\]/g, ''))
      .filter((text) => !texts.some((each) => text.includes(each)));
    assert.deepEqual(silent, []);
  });
});

describe('a text of a hundred thousand letters', () => {
  it('is left alone', () => {
    for (const text of EVERY_COMMAND)
      assert.equal(readWishes(`${text}\n`.repeat(Math.ceil(100_000 / (text.length + 1))), AROUND), null);
  });

  it('and the longest that is read make no more than so many looks at files', () => {
    for (const text of EVERY_COMMAND.filter((_, index) => index % EVERY === 0)) {
      let looks = 0;
      const reader: Surroundings['reader'] = {
        text: (path) => {
          looks += 1;
          return AROUND.reader.text(path);
        },
        names: (path) => {
          looks += 1;
          return AROUND.reader.names(path);
        },
      };
      readWishes(`${text}\n`.repeat(Math.floor(30_000 / (text.length + 1))), { ...AROUND, reader });
      assert.ok(looks <= 3_000, `${looks} looks for ${text}`);
    }
  });
});
