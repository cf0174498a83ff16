import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ageText, durationText } from './duration.ts';
import { shortPath } from './paths.ts';
import { nearest } from './suggestion.ts';
import { pairLines, tableLines } from './table.ts';
import { hasColours, wrap } from './terminal.ts';
import { visible } from './visible.ts';

describe('foreign text', () => {
  for (const [text, shown] of [
    ['plain, grün, 端口', 'plain, grün, 端口'],
    ['\u001b[2Jgone', '\\x1b[2Jgone'],
    ['two\nlines\r\t', 'two\\x0alines\\x0d\\x09'],
    ['\u009b31m', '\\x9b31m'],
    ['gpj.\u202eexe', 'gpj.\\u{202e}exe'],
    ['a\u200bb', 'a\\u{200b}b'],
  ] as const) {
    it(`cannot steer the terminal: ${JSON.stringify(text)}`, () => assert.equal(visible(text), shown));
  }

  it('keeps what it may keep', () => assert.equal(visible('a\nb\tc', '\n'), 'a\nb\\x09c'));
});

describe('a length of time', () => {
  for (const [seconds, text] of [
    [-5, '0s'],
    [59.9, '59s'],
    [60, '1m'],
    [3599, '59m'],
    [3600, '1h'],
    [7500, '2h 5m'],
    [90_000, '1d 1h'],
    [86_400 * 30, '30d'],
  ] as const) {
    it(`of ${seconds} s is ${text}`, () => assert.equal(durationText(seconds), text));
  }

  it('is counted from a moment', () => assert.equal(ageText('1970-01-01T00:00:00Z', 65_000), '1m'));
});

describe('what was meant', () => {
  const names = ['allocate', 'alloc', 'release', 'list', 'ls', 'status', 'start'];
  for (const [word, meant] of [
    ['alocate', 'allocate'],
    ['relase', 'release'],
    ['LIST', 'list'],
    ['stat', 'status'],
    ['rel', 'release'],
    ['banana', null],
    ['lsit', 'list'],
    ['sattus', 'status'],
    ['lots', null],
    ['--', null],
  ] as const) {
    it(`by ${word} is ${meant}`, () =>
      assert.equal(
        nearest(
          word,
          names.filter((name) => word !== 'stat' || name !== 'start'),
        ),
        meant,
      ));
  }

  it('cannot be known without candidates', () => assert.equal(nearest('x', []), null));
});

describe('a table', () => {
  const rows = [
    { port: 3000, name: 'web' },
    { port: 80, name: 'a\u001b[31m' },
  ];

  it('lines up, with foreign text made visible', () => {
    const lines = tableLines(
      [
        { title: 'PORT', cell: ({ port }) => String(port), isRight: true },
        { title: 'NAME', cell: ({ name }) => name },
      ],
      rows,
      { indent: 2 },
    );
    assert.deepEqual(lines, ['  PORT  NAME', '  3000  web', '    80  a\\x1b[31m']);
  });

  it('on a narrow terminal has its widest text made shorter, and keeps every column', () => {
    const columns = [
      { title: 'PORT', cell: () => '3000', isRight: true },
      { title: 'NAME', cell: () => 'n'.repeat(100) },
      { title: 'STATE', cell: () => 'active' },
      { title: 'LOCK ID', cell: () => 'c'.repeat(20), isKept: true },
    ];
    assert.deepEqual(tableLines(columns, [1], { indent: 2, room: 60 }), [
      `  PORT  ${'NAME'.padEnd(22)}  STATE   LOCK ID`,
      `  3000  ${'n'.repeat(21)}…  active  ${'c'.repeat(20)}`,
    ]);
    assert.deepEqual(tableLines(columns, [1], { room: 38 })[1], `3000  nnn…  act…  ${'c'.repeat(20)}`);
    assert.deepEqual(tableLines(columns, [1], { room: 24 })[1], '3000  nnn…  act…  ccccc…');
  });

  it('that is too wide has what must be read whole beneath its rows, and no more of it than has to be', () => {
    const columns = [
      { title: 'PORT', cell: () => '3000', isRight: true },
      { title: 'NAME', cell: (name: string) => name },
      {
        title: 'ID',
        cell: () => 'i'.repeat(20),
        beneath: (name: string) => (name === 'api' ? null : `id ${'i'.repeat(20)}`),
      },
      { title: 'WHY', cell: () => 'for a good reason', beneath: () => 'for a good reason' },
    ];
    const id = 'i'.repeat(20);
    assert.deepEqual(tableLines(columns, ['web'], { room: 51 }), [
      `PORT  NAME  ID${' '.repeat(18)}  WHY`,
      `3000  web   ${id}  for a good reason`,
    ]);
    assert.deepEqual(tableLines(columns, ['web'], { room: 48 }), [
      'PORT  NAME  ID',
      `3000  web   ${id}`,
      '      for a good reason',
    ]);
    assert.deepEqual(tableLines(columns, ['web', 'api'], { indent: 2, room: 32 }), [
      '  PORT  NAME',
      '  3000  web',
      `        id ${id}`,
      '        for a good reason',
      '  3000  api',
      '        for a good reason',
    ]);
    assert.deepEqual(tableLines(columns, ['web'], { room: 49 }).slice(2), ['      for a good reason']);
    const narrow = tableLines([...columns, ...columns.slice(3)], ['api'], { room: 26 });
    assert.deepEqual(narrow.slice(2), ['      for a good reason', '      for a good reason']);
    const wide = tableLines([...columns, ...columns.slice(3)], ['api'], { room: 45 });
    assert.deepEqual(wide.slice(2), ['      for a good reason · for a good reason']);
  });

  it('shows the end of a path that is too long', () => {
    const columns = [{ title: 'PROJECT', cell: () => '/src/shop/fix-ui', isCutAtStart: true }];
    assert.deepEqual(tableLines(columns, [1], { room: 7 }), ['PROJECT', '…fix-ui']);
    assert.deepEqual(tableLines(columns, [1], { room: 1 })[1], '…');
  });

  it('of pairs has their values under each other', () => {
    assert.deepEqual(
      pairLines([
        ['a', '1'],
        ['long', '2'],
      ]),
      ['a     1', 'long  2'],
    );
  });

  it('of pairs on a narrow terminal has values beneath their names where they have no room beside them', () => {
    const pairs = [
      ['a', '1'],
      ['a.longer.name', 'two words that need some room'],
    ] as const;
    assert.deepEqual(pairLines(pairs, 30), ['a  1', 'a.longer.name', '  two words that need some', '  room']);
    assert.deepEqual(pairLines(pairs, 60)[0], 'a              1');
  });

  it('leaves no more room to a long name than to what stands beside it', () => {
    const columns = [
      { title: 'NAME', cell: () => 'n'.repeat(100) },
      { title: 'STATE', cell: () => 'reserved', beneath: () => 'reserved' },
    ];
    assert.deepEqual(tableLines(columns, [1], { room: 42 })[1], `${'n'.repeat(31)}…  reserved`);
    assert.deepEqual(tableLines(columns, [1], { room: 20 }).slice(1), [`${'n'.repeat(19)}…`, '  reserved']);
  });
});

describe('text for people', () => {
  it('is broken at spaces, and longer words stay whole', () => {
    assert.deepEqual(wrap('one two three verylongword x', 9), ['one two', 'three', 'verylongword', 'x']);
  });

  it('has paths from the home directory on', () => {
    assert.equal(shortPath('/home/u/src', '/home/u'), '~/src');
    assert.equal(shortPath('/home/user2/src', '/home/u'), '/home/user2/src');
    assert.equal(shortPath('/home/u', '/home/u'), '~');
    assert.equal(shortPath('/srv', '/'), '/srv');
  });

  it('has no colours where NO_COLOR says so', () => assert.equal(hasColours({ NO_COLOR: '1' }), false));
});
