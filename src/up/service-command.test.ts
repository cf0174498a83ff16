import assert from 'node:assert/strict';
import { delimiter } from 'node:path';
import { describe, it } from 'node:test';
import { commandEnvironment, wordsOfCommand } from './service-command.ts';

describe('the words of a command', () => {
  const plain: readonly (readonly [command: string, words: readonly string[]])[] = [
    ['vite', ['vite']],
    ['  node server.js \'two words\' "x" ', ['node', 'server.js', 'two words', 'x']],
    ['serve --port {port}', ['serve', '--port', '{port}']],
  ];
  for (const [command, words] of plain)
    it(`are its own where no shell is needed: ${command}`, () => {
      assert.deepEqual(wordsOfCommand(command, 'linux'), words);
    });

  const shell = [
    'cd web && vite',
    'PORT=3 vite',
    'vite > log',
    'vite "$MODE"',
    'vite *.ts',
    'vite &',
    'echo $(id)',
    '# nothing',
    'a | b',
    'echo "unclosed',
  ];
  for (const command of shell)
    it(`are a shell's where one must read it: ${command}`, () => {
      assert.deepEqual(wordsOfCommand(command, 'linux'), ['sh', '-c', command]);
      assert.deepEqual(wordsOfCommand(command, 'win32'), ['cmd', '/d', '/s', '/c', command]);
    });
});

describe('the environment of a command', () => {
  it('finds the programs of packages, the nearest first, up to the root of the checkout', () => {
    const { PATH, PWD, A } = commandEnvironment(
      { PATH: '/bin', A: 'a' },
      { directory: '/src/shop/apps/web' },
      '/src/shop',
    );
    const bins = ['/src/shop/apps/web', '/src/shop/apps', '/src/shop'].map((at) => `${at}/node_modules/.bin`);
    assert.equal(PATH, [...bins, '/bin'].join(delimiter));
    assert.deepEqual([PWD, A], ['/src/shop/apps/web', 'a']);
  });

  it('keeps the name that Windows has for it', () => {
    const env = commandEnvironment({ Path: 'C:\\bin' }, { directory: '/src' }, '/src');
    assert.match(env.Path ?? '', /node_modules.*C:\\bin$/);
    assert.equal(env.PATH, undefined);
  });
});
