import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { withVariables } from './dotenv-block.ts';

const VARIABLES = { STYXY_SLUG: 'shop_1f2e3d4c', STYXY_PORT_WEB: '3000' };
const written = (text: string, variables = VARIABLES): string => {
  const result = withVariables(text, variables);
  assert.ok(result !== null);
  return result;
};

describe('the block of a .env file', () => {
  it('is put at the end, and then replaced in its place', () => {
    const first = written('SECRET=1\n');
    assert.match(
      first,
      /^SECRET=1\n# >>> styxy: .*\nSTYXY_SLUG=shop_1f2e3d4c\nSTYXY_PORT_WEB=3000\n# <<< styxy <<<\n$/,
    );
    const second = written(`${first}LATER=2`, { STYXY_SLUG: 'x', STYXY_PORT_WEB: '3001' });
    assert.equal(second, `${first.replace('shop_1f2e3d4c', 'x').replace('3000', '3001')}LATER=2`);
  });

  it('is the whole of an empty file, and begins a line of its own', () => {
    assert.match(written(''), /^# >>> styxy/);
    assert.match(written('A=1'), /^A=1\n# >>> styxy/);
  });

  it('has the line ends of the file', () => {
    const text = written('A=1\r\nB=2\r\n');
    assert.equal(text.split('\n').filter((line) => line !== '' && !line.endsWith('\r')).length, 0);
  });

  it('leaves every other byte as it is, and is the same when it is written again', () => {
    const part = fc.string({ unit: 'binary' }).filter((text) => !/# (?:>>>|<<<) styxy/.test(text));
    fc.assert(
      fc.property(part, part, (before, after) => {
        const block = written('');
        const text = `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}${block}${after}`;
        const again = written(text, { STYXY_SLUG: 'y', STYXY_PORT_WEB: '1' });
        assert.ok(again.startsWith(before) && again.endsWith(after));
        assert.equal(written(again, { STYXY_SLUG: 'y', STYXY_PORT_WEB: '1' }), again);
      }),
    );
  });

  it('is not guessed where its marks do not stand for one', () => {
    const block = written('');
    for (const text of [
      block.replace(/# <<< styxy <<<\n$/, ''),
      block.replace(/^# >>>.*\n/, ''),
      `${block}${block}`,
      '# <<< styxy <<<\n# >>> styxy >>>\n',
    ]) {
      assert.equal(withVariables(text, VARIABLES), null);
    }
  });
});
