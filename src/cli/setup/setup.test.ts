import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { completionPlaces } from './completion-places.ts';
import { hasLines, withLines, withoutLines } from './start-file.ts';

const PATH = "/home/o'hara/x y/completion.zsh";

describe('lines of ours in a start file', () => {
  for (const text of ['', 'a', 'a\n', '\n', 'a\n\n\n', 'no end\nexport B=\u00ff', '# styxy completion\n'])
    it(`are taken out byte for byte: ${JSON.stringify(text)}`, () => {
      const changed = withLines(text, PATH);
      assert.ok(changed.startsWith(text) && hasLines(changed) && !hasLines(text));
      assert.equal(withoutLines(changed), text);
    });

  it('are there once, however often they are put in, and for the newest path', () => {
    const once = withLines('a\n', '/old');
    assert.equal(withLines(withLines('a\n', PATH), PATH), withLines('a\n', PATH));
    assert.equal(withLines(once, PATH), withLines('a\n', PATH));
  });

  it('leave alone what was written behind them', () => {
    assert.equal(withoutLines(`${withLines('a\n', PATH)}b\n`), 'a\nb\n');
  });

  it('quote the path', () => {
    assert.match(withLines('', PATH), /^\[ -r '\/home\/o'\\''hara\/x y\/completion\.zsh' \] && \. '/m);
  });
});

describe('the places of completions', () => {
  const placesOf = (env: NodeJS.ProcessEnv, ...there: readonly string[]): string[] =>
    completionPlaces({ HOME: '/home/me', ...env }, (path) => there.includes(String(path))).map(
      ({ shell, file, startFile }) => `${shell} ${file.path} ${startFile ?? '-'}`,
    );

  it('are those of the login shell, and of each shell that has a file here', () => {
    assert.deepEqual(placesOf({}), []);
    assert.deepEqual(placesOf({ SHELL: '/usr/bin/fish' }), [
      'fish /home/me/.config/fish/completions/styxy.fish -',
    ]);
    assert.deepEqual(placesOf({ SHELL: '/bin/sh' }, '/home/me/.zshrc'), [
      'zsh /home/me/.local/share/styxy/completion.zsh /home/me/.zshrc',
    ]);
  });

  it('need no line in a start file where bash looks by itself', () => {
    assert.deepEqual(placesOf({ SHELL: '/bin/bash' }), [
      'bash /home/me/.local/share/styxy/completion.bash /home/me/.bashrc',
    ]);
    assert.deepEqual(placesOf({ SHELL: '/bin/bash' }, '/usr/share/bash-completion/bash_completion'), [
      'bash /home/me/.local/share/bash-completion/completions/styxy -',
    ]);
  });

  it('are where the user’s directories are', () => {
    const env = { SHELL: '/bin/zsh', ZDOTDIR: '/z', XDG_DATA_HOME: '/data' };
    assert.deepEqual(placesOf(env), ['zsh /data/styxy/completion.zsh /z/.zshrc']);
    assert.deepEqual(placesOf({ SHELL: '/bin/zsh', XDG_DATA_HOME: 'relative' }), [
      'zsh /home/me/.local/share/styxy/completion.zsh /home/me/.zshrc',
    ]);
    assert.deepEqual(placesOf({ HOME: '', SHELL: '/bin/zsh' }), []);
  });
});
