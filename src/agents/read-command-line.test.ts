import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { CommandList, SimpleCommand, Stage } from './command-line.ts';
import { readCommandLine } from './read-command-line.ts';

function simplesOf(list: CommandList): SimpleCommand[] {
  return list.flatMap(({ pipelines }) => pipelines.flatMap(({ stages }) => stages.flatMap(simplesIn)));
}

function simplesIn(stage: Stage): SimpleCommand[] {
  return stage.kind === 'simple' ? [stage] : stage.lists.flatMap(simplesOf);
}

/** The simple commands as what their programs get, `?` for what is not known. */
function read(text: string): string[] | null {
  const line = readCommandLine(text);
  if (line === null) return null;
  return simplesOf(line.list).map(({ assignments, words }) =>
    [
      ...assignments.map(({ name, value }) => `${name}=${value?.value ?? '?'}`),
      ...words.map(({ value }) => value ?? '?'),
    ].join(' '),
  );
}

describe('a command line', () => {
  const cases: readonly [string, string[]][] = [
    ['npm run dev', ['npm run dev']],
    ['cd web && A=1 B="$X" npm run "dev" > log 2>&1 &', ['cd web', 'A=1 B=? npm run dev']],
    ['a | b || c; d', ['a', 'b', 'c', 'd']],
    ['(cd x; y) & { z; }', ['cd x', 'y', 'z']],
    ['if a; then b; elif c; then d; else e; fi', ['a', 'b', 'c', 'd', 'e']],
    ['for p in 1 2; do kill $p; done', ['kill ?']],
    ['while read x; do y; done < f', ['read x', 'y']],
    ['case $1 in a) b;; *) c;; esac', ['b', 'c']],
    ['f() { npm run dev; }; g', ['npm run dev', 'g']],
    ["git commit -m 'npm run dev'", ['git commit -m npm run dev']],
    ['cat > notes.md <<EOF\nnpm run dev\nEOF\nls', ['cat', 'ls']],
    ['echo hi # && npm run dev', ['echo hi']],
    ['! time -p npm test', ['npm test']],
    ["a\\ b \"c d\"'e' $'f\\tg'", ['a b c de f\tg']],
    ['ls ~/x *.ts {a,b} =ls $((1+1))', ['ls ? ? ? ? ?']],
    ['export A=1 B=$C', ['export A=1 ?']],
    ['[[ -f x ]] && a', ['a']],
    ['a \\\n  b', ['a b']],
    ['npm run dev &>log', ['npm run dev']],
  ];
  for (const [text, expected] of cases) {
    it(`is read: ${JSON.stringify(text)}`, () => assert.deepEqual(read(text), expected));
  }

  it('is not read where anything is uncertain', () => {
    const unsure = ['a "b', 'a )', 'a &&', 'if a', 'coproc a', '$(b', 'a; ;', `a $(${'('.repeat(300)}`];
    assert.deepEqual(
      unsure.map((text) => [text, read(text)]),
      unsure.map((text) => [text, null]),
    );
  });

  it('is not read where it is longer, or opens more at once, than anybody would write', () => {
    assert.equal(read(`echo ${'a'.repeat(40_000)}`), null);
    assert.equal(read('echo $('.repeat(101) + ')'.repeat(101)), null);
    assert.equal(read('echo <<E '.repeat(2_000)), null);
  });

  it('has the places of its commands and words', () => {
    const text = 'cd web && PORT=1 npm run "dev" >x 2>&1 & ls';
    const line = readCommandLine(text);
    assert.ok(line !== null);
    const places = simplesOf(line.list).map(({ start, end, words }) => [
      text.slice(start, end),
      words.map((word) => text.slice(word.start, word.end)),
    ]);
    assert.deepEqual(places, [
      ['cd web', ['cd', 'web']],
      ['PORT=1 npm run "dev" >x 2>&1', ['npm', 'run', '"dev"']],
      ['ls', ['ls']],
    ]);
  });

  it('tells lists, pipes and the background apart', () => {
    const line = readCommandLine('a && b || c & d | e');
    const shape = line?.list.map(({ isBackground, pipelines }) => [
      isBackground,
      ...pipelines.map(({ runs, stages }) => `${runs} ${stages.length}`),
    ]);
    assert.deepEqual(shape, [
      [true, 'first 1', 'on-success 1', 'on-failure 1'],
      [false, 'first 2'],
    ]);
  });

  it('shows what a word is made of', () => {
    const line = readCommandLine(`a $x "\${y}" "\${z:-$(b c)}" "$(d)" p$x \`e\` \${#f}`);
    const [command] = line === null ? [] : simplesOf(line.list);
    const found = command?.words.slice(1).map(({ expansions }) =>
      expansions.map((each) => {
        if (each.kind === 'other') return 'other';
        const what =
          each.kind === 'variable' ? `${each.name} ${each.isPlain}` : read1(simplesOf(each.list)[0]);
        return `${what}${each.isWholeWord ? ' whole' : ''}`;
      }),
    );
    assert.deepEqual(found, [
      ['x true whole'],
      ['y true whole'],
      ['z false whole', 'b c'],
      ['d whole'],
      ['x true'],
      ['e whole'],
      ['f false whole'],
    ]);
  });

  it('never throws, whatever it is', () => {
    const pieces = fc.constantFrom(
      ...'npm run dev $( ` " \' ( ) { } << EOF ; & | && || < > \\ # [[ ]] (( )) if then fi for do done case esac in ${ *'.split(
        ' ',
      ),
      '\n',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (texts) => {
        readCommandLine(texts.join(''));
        readCommandLine(texts.join(' '));
      }),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => void readCommandLine(text)),
    );
  });
});

function read1(command: SimpleCommand | undefined): string {
  return command?.words.map(({ value }) => value).join(' ') ?? '';
}
