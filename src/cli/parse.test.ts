import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Command, type Invocation, UsageError } from './command.ts';
import { parseInvocation, UnknownOption } from './parse.ts';

const command: Command = {
  name: 'probe',
  summary: 'Probe',
  usage: ['probe'],
  arguments: [{ name: 'WORD', description: 'a word', isOptional: true }],
  options: {
    port: { kind: 'value', short: 'p', value: 'PORT', description: 'A port' },
    quiet: { kind: 'flag', short: 'q', description: 'Quiet' },
  },
  examples: [],
  run: async () => 0,
};

const parse = (...args: string[]): Invocation => parseInvocation(command, args, {});

describe('arguments', () => {
  it('may stand in every form that people know', () => {
    for (const args of [['-p', '3000'], ['-p3000'], ['--port', '3000'], ['--port=3000'], ['-qp', '3000']])
      assert.equal(parse(...args).integer('port', 1, 65_535), 3000, args.join(' '));
    const invocation = parse('word', '-q', '--json');
    assert.deepEqual([invocation.words, invocation.has('quiet'), invocation.isJson], [['word'], true, true]);
    assert.equal(invocation.integer('port', 1, 9), null);
    assert.deepEqual(parse('--', '--port').words, ['--port']);
  });

  for (const [args, message] of [
    [['--prot', '1'], /no option --prot/],
    [['-x'], /no option -x/],
    [['-5'], /no option -5/],
    [['--constructor'], /no option --constructor/],
    [['--no-quiet'], /no option --no-quiet/],
    [['-p'], /-p wants a value: -p PORT/],
    [['--port', '--json'], /--port wants a value/],
    [['--port='], /empty/],
    [['--quiet=yes'], /takes no value/],
    [['-p', '1', '-p', '2'], /more than once/],
    [['a', 'b'], /a word too many: b/],
  ] as const) {
    it(`are refused: ${args.join(' ')}`, () => {
      assert.throws(
        () => parse(...args),
        (error: unknown) => error instanceof UsageError && message.test(error.message),
      );
    });
  }

  it('that are unknown come with those that are known', () => {
    assert.throws(
      () => parse('--qiet'),
      (error: unknown) => error instanceof UnknownOption && error.candidates.includes('--quiet'),
    );
  });

  for (const text of ['0', '65536', '3000.0', '0x10', '1e3', '-1', '+1', ' 1', 'abc', '١']) {
    it(`are no port: ${JSON.stringify(text)}`, () => {
      assert.throws(() => parse(`--port=${text}`).integer('port', 1, 65_535), UsageError);
    });
  }

  it('that are wanted and missing are named', () => {
    const strict: Command = { ...command, arguments: [{ name: 'WORD', description: 'a word' }] };
    assert.throws(() => parseInvocation(strict, [], {}), /WORD is missing: a word/);
    assert.equal(parseInvocation(strict, ['--help'], {}).has('help'), true);
  });
});

describe("another program's command line", () => {
  const runner: Command = { ...command, takesCommandLine: true };
  for (const [args, rest] of [
    [
      ['-p', '1', '--', 'node', '-p', '2', '--', 'x'],
      ['node', '-p', '2', '--', 'x'],
    ],
    [
      ['-p', '1', 'node', '--port', '2'],
      ['node', '--port', '2'],
    ],
    [['-q'], []],
  ] as const) {
    it(`is left as it is: ${args.join(' ')}`, () => {
      assert.deepEqual(parseInvocation(runner, args, {}).rest, rest);
    });
  }
});
