import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readShellLine } from './shell-words.ts';

/** The commands of a text as `A=1 | word word | operator`, a word that is not literal in angle brackets. */
function read(text: string): string[] {
  const line = readShellLine(text);
  if (line.kind === 'unknown') return [`unknown: ${line.reason}`];
  return line.commands.map(({ assignments, words, operator }) =>
    [
      ...Object.entries(assignments).map(([name, value]) => `${name}=${value}`),
      ...words.map(({ text: word, isLiteral }) => (isLiteral ? `[${word}]` : `<${word}>`)),
      ...(operator === null ? [] : [operator]),
    ].join(' '),
  );
}

describe('a shell line', () => {
  const cases: readonly [text: string, read: string[]][] = [
    ['vite', ['[vite]']],
    ['  vite   --port\t3000  ', ['[vite] [--port] [3000]']],
    ['PORT=3000 HOST= next dev', ['PORT=3000 HOST= [next] [dev]']],
    ['PORT=3000; next dev', ['PORT=3000 ;', '[next] [dev]']],
    ['env A=1 vite', ['[env] [A=1] [vite]']],
    ['tsc -b && vite build || exit 1', ['[tsc] [-b] &&', '[vite] [build] ||', '[exit] [1]']],
    ['tsc -w & vite | tee log', ['[tsc] [-w] &', '[vite] |', '[tee] [log]']],
    ['vite &', ['[vite] &']],
    ['a\nb\n\n', ['[a] ;', '[b] ;']],
    [`echo 'a b' "c d" e\\ f ''`, ['[echo] [a b] [c d] [e f] []']],
    [`echo "a\\"b\\n" 'c"d' x"y"'z'`, ['[echo] [a"b\\n] [c"d] [xyz]']],
    [`echo $HOME "$A b" \${B:-3}`, [`[echo] <$HOME> <$A b> <\${B:-3}>`]],
    [`echo '$HOME' \\$A "$"`, ['[echo] [$HOME] [$A] [$]']],
    [
      'ls *.ts a?b [ab] ~ ~/x a~b {a,b} {1..3} {port}',
      ['[ls] <*.ts> <a?b> <[ab]> <~> <~/x> [a~b] <{a,b}> <{1..3}> [{port}]'],
    ],
    ['vite > log 2>&1 < /dev/null', ['[vite]']],
    ['vite 2>/dev/null --port 1', ['[vite] [--port] [1]']],
    ['a \\\n b', ['[a] [b]']],
    ['echo a#b', ['[echo] [a#b]']],
  ];
  for (const [text, expected] of cases) {
    it(`is read: ${JSON.stringify(text)}`, () => {
      assert.deepEqual(read(text), expected);
    });
  }

  const unknown = [
    '',
    '   ',
    'echo $(date)',
    'echo `date`',
    'echo "$(date)"',
    'echo "`date`"',
    'echo $((1+1))',
    'cat <<EOF\nx\nEOF',
    'cat <(ls)',
    '(cd x && vite)',
    '{ vite; }',
    'f() { vite; }',
    'function f { vite; }',
    'if true; then vite; fi',
    'for i in 1 2; do vite; done',
    '! vite',
    'vite # a comment',
    'vite &> log',
    'a |& b',
    'a ;; b',
    '&& vite',
    'a && && b',
    'a &&',
    'a |',
    ';',
    "vite 'a",
    'vite "a',
    'vite \\',
    '$VITE dev',
    '*/vite dev',
    "echo $'a'",
    `echo \${A:-$(date)}`,
    'echo ${A',
    'A=(1 2)',
    'vite >',
    'x'.repeat(10_001),
  ];
  for (const text of unknown) {
    it(`is not understood: ${JSON.stringify(text.slice(0, 40))}`, () => {
      assert.equal(readShellLine(text).kind, 'unknown');
    });
  }

  it('says where each command stands', () => {
    const text = 'cd web &&  A=1 vite --port 3000 > log ; ls';
    const line = readShellLine(text);
    assert.ok(line.kind === 'commands');
    assert.deepEqual(
      line.commands.map(({ start, end }) => text.slice(start, end)),
      ['cd web', 'A=1 vite --port 3000 > log', 'ls'],
    );
  });

  it('gives words back as they went in, whatever they are quoted for', () => {
    const word = fc
      .string({ unit: 'binary', minLength: 0, maxLength: 12 })
      .filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (words) => {
        const line = readShellLine(
          `run ${words.map((each) => `'${each.replaceAll("'", `'\\''`)}'`).join(' ')}`,
        );
        assert.ok(line.kind === 'commands');
        assert.deepEqual(
          line.commands.map((command) => command.words.map(({ text }) => text)),
          [['run', ...words]],
        );
      }),
    );
  });

  it('reads the words that a real shell reads', {
    skip: process.platform === 'win32' ? 'it has no sh' : false,
  }, () => {
    const piece = fc.constantFrom(
      'a',
      'b',
      ' ',
      '  ',
      "'",
      '"',
      '\\',
      '=',
      '#',
      '-',
      '~',
      '%',
      '\t',
      '!',
      '{',
      '}',
      ',',
    );
    const text = fc.array(piece, { minLength: 1, maxLength: 14 }).map((pieces) => `show x${pieces.join('')}`);
    const literal = text.filter((each) => {
      const line = readShellLine(each);
      return (
        line.kind === 'commands' && line.commands.every(({ words }) => words.every((word) => word.isLiteral))
      );
    });
    const lines = fc.sample(literal, 300);
    const show = `show() { printf '%s\\037' "$@"; printf '\\036'; }\n`;
    const said = execFileSync('sh', ['-c', `${show}${lines.join('\n')}\n`], { encoding: 'utf8' });
    const read = lines.map((each) => {
      const line = readShellLine(each);
      assert.ok(line.kind === 'commands');
      return line.commands.flatMap(({ words }) => words.slice(1).map(({ text: word }) => word));
    });
    assert.deepEqual(
      said
        .split('\u001e')
        .slice(0, -1)
        .map((each) => each.split('\u001f').slice(0, -1)),
      read,
    );
  });

  it('never fails, and never loses a character outside of what it reads', () => {
    const piece = fc.constantFrom(
      'a',
      ' ',
      "'",
      '"',
      '\\',
      '$',
      '&',
      '|',
      ';',
      '\n',
      '>',
      '<',
      '=',
      '{',
      '}',
      '(',
      '#',
      '*',
      '`',
      '1',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        const line = readShellLine(text);
        if (line.kind === 'unknown') return;
        for (const { start, end } of line.commands) assert.ok(start < end && end <= text.length);
        const between = line.commands.map(({ end }, at) => text.slice(end, line.commands[at + 1]?.start));
        for (const rest of between) assert.match(rest, /^(?:[\s;&|]|\\\n)*$/);
      }),
    );
  });
});
